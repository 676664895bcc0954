//! What may vary from one start of a server to the next, and what may not.

use serde_json::{Value as Json, json};

use super::{CATALOG, prompt};
use crate::check::server::{VerdictOptions, differences};

/// A recorded error: its type and the input it names.
type Recorded = (&'static str, Option<&'static str>);

/// A recorded answer of `(node, error type, input name)`.
fn recorded(outputs: &[&str], errors: &[(&str, &[Recorded])]) -> Json {
    let nodes: serde_json::Map<String, Json> = errors
        .iter()
        .map(|(node, errors)| {
            let errors: Vec<Json> = errors
                .iter()
                .map(|(kind, input)| json!({"type": kind, "extra_info": {"input_name": input}}))
                .collect();
            ((*node).to_owned(), json!({"errors": errors}))
        })
        .collect();
    let error = outputs.is_empty().then(|| json!({"type": "prompt_outputs_failed_validation"}));
    json!({"ok": !outputs.is_empty(), "error": error, "outputs": outputs, "node_errors": nodes})
}

#[track_caller]
fn varies(text: &str, recorded: &Json, allowed: bool) {
    let differences = differences(&prompt(text), &CATALOG, &VerdictOptions::default(), recorded);
    assert!(differences.verdict.is_empty(), "{differences:?}");
    assert_eq!(differences.node_errors.is_empty(), allowed, "{recorded} {differences:?}");
}

const INNER: &str = "exception_during_inner_validation";
const OUTER: &str = "exception_during_validation";
const CYCLE: &str = "dependency_cycle";
const MISSING: &str = "required_input_missing";

#[test]
fn a_raising_node_may_be_blamed_through_any_consumer() {
    let text =
        "1: Save {\"image\": [\"3\", 0]}\n2: Show {\"any\": [\"3\", 0]}\n3: Pass {\"image\": [\"9\", 0]}";
    for (entry, allowed) in [
        ((INNER, Some("image")), true),
        ((INNER, Some("any")), true),
        ((INNER, Some("more")), false),
        ((OUTER, None), false),
        ((MISSING, Some("image")), false),
    ] {
        varies(text, &recorded(&[], &[("3", &[entry])]), allowed);
    }
    varies(text, &recorded(&[], &[]), false);
    varies(
        text,
        &recorded(&[], &[("3", &[(INNER, Some("image"))]), ("1", &[(MISSING, Some("image"))])]),
        false,
    );
}

#[test]
fn what_is_behind_a_raising_node_may_be_looked_at_or_not() {
    let text =
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"9\", 0], \"more\": [\"3\", 0]}\n3: Pass";
    let raises: (&str, &[Recorded]) = ("2", &[(INNER, Some("image"))]);
    varies(text, &recorded(&[], &[raises]), true);
    varies(text, &recorded(&[], &[raises, ("3", &[(MISSING, Some("image"))])]), true);
    varies(text, &recorded(&[], &[raises, ("3", &[(MISSING, Some("more"))])]), false);
    // A validator raises after all links were followed.
    let text = "1: Show {\"any\": [\"2\", 0]}\n2: CustomCombo {\"choice\": [\"3\", 0]}\n3: Out";
    varies(text, &recorded(&["1"], &[]), true);
}

#[test]
fn a_plain_cycle_is_blamed_whole_and_a_knot_in_part() {
    let ring =
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"3\", 0]}\n3: Pass {\"image\": [\"2\", 0]}";
    let cycle: &[Recorded] = &[(CYCLE, None)];
    varies(ring, &recorded(&[], &[("2", cycle), ("3", cycle)]), true);
    varies(ring, &recorded(&[], &[("2", cycle)]), false);
    let knot = "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"3\", 0], \"more\": [\"2\", 0]}\n3: Pass {\"image\": [\"2\", 0]}";
    varies(knot, &recorded(&[], &[("2", cycle)]), true);
    varies(knot, &recorded(&[], &[("2", cycle), ("3", cycle)]), true);
    varies(knot, &recorded(&[], &[("2", cycle), ("3", &[(MISSING, Some("image"))])]), false);
}
