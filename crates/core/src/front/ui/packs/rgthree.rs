//! rgthree: nodes whose widgets a script makes, and the seeds that one draws.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use crate::front::ui::Options;
use crate::front::ui::definition as known;
use crate::front::ui::lean::Values;
use crate::front::ui::node::{Node, Role, Saved, Widget, WidgetKind};
use crate::front::ui::wire::{self, Property};

/// What a Power Lora Loader holds first.
static HEADER: LazyLock<Json> = LazyLock::new(|| json!({"type": "PowerLoraLoaderHeaderWidget"}));
/// What a new Power Puter gives out.
static TEXT_OUTPUT: LazyLock<Json> = LazyLock::new(|| json!({"outputs": ["STRING"]}));
/// The seed of a new Seed node: draw one.
static DRAW: LazyLock<Json> = LazyLock::new(|| json!(-1));

/// Makes the widgets that the pack's script makes.
pub(super) fn add<'a>(node: &mut Node<'a>, saved: &wire::Node<'a>, made: &'a Values) {
    let is_known = node.role != Role::Missing;
    let values = match saved.values {
        Some(Json::Array(values)) => values.as_slice(),
        None if is_known => &[],
        _ => return,
    };
    match saved.ty {
        "Power Lora Loader (rgthree)" => {
            let separate = matches!(
                node.property("Show Strengths"),
                Some(Property::Text(shown)) if shown == "Separate Model & Clip"
            );
            node.widgets = loras(values, separate, made);
        }
        "Power Primitive (rgthree)" if saved.values.is_some() => {
            node.widgets = named(&["type", "value"], values);
        }
        "Power Puter (rgthree)" => node.widgets = puter(values, made),
        // Behind the seed are buttons.
        "Seed (rgthree)" if !is_known => node.widgets = named(&["seed"], values),
        "Seed (rgthree)" if saved.values.is_none() => {
            if let Some(seed) = node.widget_mut("seed") {
                seed.value = Some(&DRAW);
            }
        }
        _ => {}
    }
}

/// A widget that holds what was saved at a position.
fn widget<'a>(name: impl Into<Cow<'a, str>>, value: &'a Json, at: usize) -> Widget<'a> {
    Widget { saved: Saved::At(at), ..Widget::new(name.into(), WidgetKind::Plain, Some(value)) }
}

/// Widgets of these names, with the values at their positions.
fn named<'a>(names: &[&'static str], values: &'a [Json]) -> Vec<Widget<'a>> {
    let values = values.iter().enumerate();
    names.iter().zip(values).map(|(name, (at, value))| widget(*name, value, at)).collect()
}

/// The widgets of a Power Lora Loader: a header, the loras, and a button with a text as its value. A lora has a second strength
/// only where those of model and clip are shown apart.
fn loras<'a>(values: &'a [Json], separate: bool, made: &'a Values) -> Vec<Widget<'a>> {
    let mut widgets =
        vec![Widget::new(Cow::Borrowed("PowerLoraLoaderHeaderWidget"), WidgetKind::Plain, Some(&HEADER))];
    for (at, value) in values.iter().enumerate() {
        let Json::Object(fields) = value else { continue };
        if fields.contains_key("lora") {
            let name = format!("lora_{}", widgets.len());
            widgets.push(widget(name, with_strengths(value, fields, separate, made), at));
        }
    }
    widgets.push(Widget::new(Cow::Borrowed("➕ Add Lora"), WidgetKind::Plain, Some(&known::EMPTY)));
    widgets
}

fn with_strengths<'a>(
    value: &'a Json,
    lora: &'a Map<String, Json>,
    separate: bool,
    made: &'a Values,
) -> &'a Json {
    let second = lora.get("strengthTwo");
    if second.is_some_and(|second| !second.is_null()) == separate && (separate || second.is_none()) {
        return value;
    }
    let mut lora = lora.clone();
    if separate {
        lora.insert("strengthTwo".to_owned(), json!(1));
    } else {
        lora.shift_remove("strengthTwo");
    }
    made.alloc(Json::Object(lora))
}

/// The widgets of a Power Puter: the types of its outputs, which old files name by one text, and its program.
fn puter<'a>(values: &'a [Json], made: &'a Values) -> Vec<Widget<'a>> {
    let outputs = match values.first() {
        Some(Json::String(ty)) => made.alloc(json!({"outputs": [ty]})),
        Some(Json::Null) | None => &*TEXT_OUTPUT,
        Some(outputs) => outputs,
    };
    let program = values.get(1).unwrap_or(&known::EMPTY);
    let mut widgets = vec![widget("outputs", outputs, 0), widget("code", program, 1)];
    for widget in widgets.iter_mut().skip(values.len()) {
        widget.saved = Saved::No;
    }
    widgets
}

/// The seeds that are none: rgthree's Seed node draws a random one for them, or the last plus or minus one, when the editor
/// queues. There is no last one here.
const DRAWN: [&str; 3] = ["-1", "-2", "-3"];
/// The largest seed that it draws.
const MOST_SEED: i64 = 1_125_899_906_842_624;

/// The range that a seed is to be drawn from, when a value stands for one that is.
pub(in crate::front::ui) fn drawn_seed(
    node: &Node<'_>,
    widget: &str,
    value: &Json,
    options: &Options,
) -> Option<Range<i64>> {
    let asks = node.ty == "Seed (rgthree)" && widget == "seed" && !options.placeholders;
    if !asks || !value.as_number().is_some_and(|value| DRAWN.contains(&value.as_str())) {
        return None;
    }
    let limit = |name: &str| match node.property(name)? {
        Property::Other(limit) => limit.as_i64(),
        Property::Text(_) => None,
    };
    let most = limit("randomMax").filter(|most| *most != 0).unwrap_or(MOST_SEED).min(MOST_SEED);
    let least = limit("randomMin").unwrap_or(0).clamp(-MOST_SEED, most);
    // What is drawn must be a seed.
    Some(if least < 0 && most > 0 { 0..most } else { least..most })
}
