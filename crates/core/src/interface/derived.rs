//! Further inputs that a published value drives: `steps` to the other sampler, half of it to the split point.

use serde_json::{Number, Value};

use super::Target;
use crate::number::Num;

/// An input driven by a key besides the key's own targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The input, as written: `58_steps`.
    pub written: String,
    /// The input, once bound to a graph.
    pub target: Option<Target>,
    /// What the value becomes on the way.
    pub rule: Rule,
}

/// `value * scale + offset`, then rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The factor.
    pub scale: f64,
    /// What is added.
    pub offset: f64,
    /// To which whole number, if to any.
    pub round: Option<Round>,
}

/// How a result becomes a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Round {
    /// The next below.
    Floor,
    /// The next above.
    Ceil,
    /// The nearest, halves away from zero.
    Nearest,
}

impl Default for Rule {
    fn default() -> Self {
        Self { scale: 1.0, offset: 0.0, round: None }
    }
}

impl Rule {
    /// The value that the driven input gets. A rule that changes nothing hands on any value as it is; any other rule needs
    /// a number, and gives `None` for anything else or for a result that is no finite number.
    ///
    /// ```
    /// # use comfyc::interface::{Round, Rule};
    /// let half = Rule { scale: 0.5, round: Some(Round::Floor), ..Rule::default() };
    /// assert_eq!(half.apply(&7.into()), Some(3.into()));
    /// ```
    pub fn apply(&self, value: &Value) -> Option<Value> {
        if *self == Self::default() {
            return Some(value.clone());
        }
        let Value::Number(number) = value else { return None };
        let number = Num::read(number);
        let result = number.to_f64() * self.scale + self.offset;
        let rounded = match self.round {
            None => return number_of(result),
            Some(Round::Floor) => result.floor(),
            Some(Round::Ceil) => result.ceil(),
            Some(Round::Nearest) => result.round(),
        };
        number_of(rounded)
    }
}

/// A JSON number; a whole one is spelled without a fraction.
fn number_of(float: f64) -> Option<Value> {
    if !float.is_finite() {
        return None;
    }
    let whole = Num::Float(float).to_integer().and_then(|int| Num::Int(int).to_number());
    whole.or_else(|| Number::from_f64(float)).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(scale: f64, offset: f64, round: Option<Round>, value: &Value, expected: Option<&Value>) {
        assert_eq!(Rule { scale, offset, round }.apply(value).as_ref(), expected);
    }

    #[test]
    fn numbers_are_scaled_then_shifted_then_rounded() {
        check(0.5, 0.0, Some(Round::Floor), &json!(7), Some(&json!(3)));
        check(0.5, 0.0, Some(Round::Ceil), &json!(7), Some(&json!(4)));
        check(0.5, 1.0, Some(Round::Nearest), &json!(7), Some(&json!(5)));
        check(0.5, 0.0, None, &json!(7), Some(&json!(3.5)));
        check(0.5, 0.0, None, &json!(6), Some(&json!(3)));
        check(2.0, 0.0, None, &json!("6"), None);
    }

    #[test]
    fn a_rule_that_changes_nothing_hands_on_anything() {
        check(1.0, 0.0, None, &json!("text"), Some(&json!("text")));
        let seed: Value = serde_json::from_str("18446744073709551615").expect("a number");
        check(1.0, 0.0, None, &seed, Some(&seed));
    }
}
