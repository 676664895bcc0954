use serde_json::json;

use super::*;

// Generated code says `::comfyc`, which inside this crate is the crate itself.
crate::inputs::choice! {
    /// A size.
    pub enum Size as text for "71_widthx71_height" {
        /// Small.
        W480H480 = "480x480 (1:1)",
        /// Large.
        W720H720 = "720x720 (1:1)",
    }
    default W720H720;
}

crate::inputs::choice! {
    /// A count.
    pub enum Frames as integer for "67_length" {
        /// 81.
        N81 = 81,
        /// 141.
        N141 = 141,
    }
}

crate::inputs::choice! {
    /// Anything.
    pub enum Mixed as json for "1_a" {
        /// A text.
        Auto = "auto",
        /// A whole number.
        Minus1 = -1,
        /// A float.
        N0_5 = 0.5,
        /// A boolean.
        True = true,
    }
}

crate::inputs::integer! {
    /// Steps.
    pub struct Steps(i64) for "57_steps" {
        minimum: 6,
        maximum: 20,
        multiple_of: 2,
        default: 20,
    }
}

crate::inputs::number! {
    /// Guidance.
    pub struct Cfg(f64) for "57_cfg" {
        minimum: 0.6,
        maximum: 4.0,
        default: 4.0,
    }
}

#[test]
fn options_are_read_by_value_and_written_as_published() {
    assert_eq!(serde_json::to_value(Size::W480H480).expect("JSON"), json!("480x480 (1:1)"));
    assert_eq!("720x720 (1:1)".parse(), Ok(Size::default()));
    assert_eq!(serde_json::from_str::<Frames>("81.0").expect("it is 81"), Frames::N81);
    assert_eq!(serde_json::to_value(Frames::ALL).expect("JSON"), json!([81, 141]));
    for member in Mixed::ALL {
        assert_eq!(serde_json::from_value::<Mixed>(member.value()).expect("a member"), *member);
    }
    let refused = "720x720".parse::<Size>().expect_err("it is none of them").to_string();
    assert!(refused.contains("71_widthx71_height") && refused.contains("720x720"), "{refused}");
}

#[test]
fn numbers_are_checked_when_they_are_made() {
    const TWELVE: Steps = Steps::of::<12>();
    assert_eq!(TWELVE.get(), 12);
    assert_eq!(Steps::new(99).expect_err("too many").to_string(), "`57_steps` is 99, but must be at most 20");
    assert!(Steps::new(7).is_err() && Steps::new(5).is_err());
    assert!(
        serde_json::from_str::<Steps>("12.0").is_ok() && serde_json::from_str::<Steps>("\"12\"").is_err()
    );
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, 4.000_001] {
        assert!(Cfg::new(wrong).is_err(), "{wrong}");
    }
    assert_eq!(serde_json::to_string(&Cfg::default()).expect("JSON"), "4");
    assert_eq!(serde_json::to_string(&Cfg::new(0.6).expect("the least")).expect("JSON"), "0.6");
}

#[test]
fn floats_are_written_as_published_schemas_do() {
    let written = |value: f64| number_text(&value);
    assert_eq!([written(4.0), written(0.5), written(1e300), written(-0.0)], ["4", "0.5", "1e+300", "-0.0"]);
    assert_eq!(number_text(&vec![1.0, 2.5]), "[1,2.5]");
}

fn number_text(value: &impl serde::Serialize) -> String {
    numbers(value, serde_json::value::Serializer).expect("JSON").to_string()
}
