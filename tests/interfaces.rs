//! The three ways to say an interface agree, and what is wrong with one is told where it stands.

use comfyc::back::Layout;
use comfyc::back::schema::{self, Dialect};
use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::diagnostic::{Code, Diagnostics};
use comfyc::interface::{Builder, Exposed, Interface, Payload, Round, Rule, propose};
use comfyc::workflow::Workflow;
use serde_json::json;

use crate::support;

const SEED: &str = "workflows/wan-2-2/first-last-frame";

/// The seed's interface in Rust.
fn in_rust() -> Interface {
    let half = Rule { scale: 0.5, round: Some(Round::Floor), ..Rule::default() };
    let sizes = [
        "480x480 (1:1)",
        "720x720 (1:1)",
        "480x720 (2:3)",
        "720x480 (3:2)",
        "540x960 (9:16)",
        "576x1024 (9:16)",
        "720x1280 (9:16)",
        "960x540 (16:9)",
        "1024x576 (16:9)",
        "1280x720 (16:9)",
    ];
    Builder::new()
        .expose(Exposed::string("6_text").title("Prompt").default("Puppy, playing, happy, barking, joyful"))
        .expose(Exposed::string("68_image").title("Start Image").default("Runcomfy_Example_1259_1.png"))
        .expose(Exposed::string("62_image").title("End Image").default("Runcomfy_Example_1259_2.png"))
        .expose(Exposed::string("71_widthx71_height").title("Resolution (W:H)").members(sizes).default("720x720 (1:1)"))
        .expose(Exposed::integer("67_length").title("Number of Frames").members([81, 141]).default(81))
        .expose(Exposed::integer("73_frame_rate").title("Frames Per Second").minimum(12).maximum(24).default(16))
        .expose(Exposed::integer("57_noise_seed").title("Seed").default(96_860_978))
        .expose(
            Exposed::integer("57_steps")
                .title("Steps")
                .description("Number of denoising iterations; more steps refine detail and stability but take longer.")
                .default(20)
                .minimum(6)
                .maximum(20)
                .drives("58_steps", Rule::default())
                .drives("57_end_at_step", half.clone())
                .drives("58_start_at_step", half),
        )
        .expose(
            Exposed::number("57_cfg")
                .title("Guidance Scale")
                .description("Controls how strongly the output adheres to the prompt versus allowing creative variation.")
                .default(4)
                .minimum(0.6)
                .maximum(4)
                .drives("58_cfg", Rule::default()),
        )
        .expose(
            Exposed::number("54_shift")
                .title("Shift")
                .description("Offsets the diffusion sampling schedule, trading stability for stronger motion/style as the value increases.")
                .default(8)
                .minimum(1)
                .maximum(15)
                .drives("55_shift", Rule::default()),
        )
        .require(["62_image", "6_text", "68_image"])
        .build()
}

#[test]
fn three_sources_agree() {
    let catalog = Catalog::embedded();
    let (graph, _) = support::graph(&support::read(&format!("{SEED}/graph.json")));
    let published =
        support::published(&support::read("schemas/runcomfy/community__wan-2-2__first-last-frame.json"));
    let manifest = support::manifest(&support::read(&format!("{SEED}/interface.toml")));
    let mut all = [published, manifest, in_rust()];
    for interface in &mut all {
        let diagnostics = interface.bind(&graph, &catalog);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
    }
    let schemas: Vec<String> = all
        .iter()
        .map(|interface| schema::write(&interface.clone(), Dialect::RunComfy, Layout::Pretty))
        .collect();
    assert_eq!(schemas[0], schemas[1]);
    assert_eq!(schemas[1], schemas[2]);
    let targets = |interface: &Interface| {
        interface.inputs().map(|(key, i)| (key.clone(), i.targets.clone())).collect::<Vec<_>>()
    };
    assert_eq!(targets(&all[0]), targets(&all[1]));
    assert_eq!(targets(&all[1]), targets(&all[2]));
    let derived =
        |interface: &Interface| interface.inputs().map(|(_, i)| i.derived.clone()).collect::<Vec<_>>();
    assert_eq!(derived(&all[1]), derived(&all[2]));
    let mut payload = Payload::new();
    payload.set("57_steps", json!(7), None);
    payload.set("71_widthx71_height", json!("480x720 (2:3)"), None);
    assert_eq!(all[1].apply(&payload, &graph), all[2].apply(&payload, &graph));
}

/// What the check says to a manifest for the seed's graph, which publishes the seed besides.
fn problems(manifest: &str) -> Diagnostics {
    let manifest = format!("[[inputs]]\nkey = '57_noise_seed'\ntype = 'integer'\n{manifest}");
    let (graph, _) = support::graph(&support::read(&format!("{SEED}/graph.json")));
    let workflow = Workflow::new(graph, support::manifest(&manifest));
    match check::workflow(workflow, &Catalog::embedded()) {
        Ok(checked) => checked.warnings().clone(),
        Err(rejected) => rejected.diagnostics,
    }
}

#[track_caller]
fn check(manifest: &str, expected: &[(Code, &str)]) {
    let found = problems(manifest);
    let found: Vec<(Code, String)> = found.iter().map(|d| (d.code(), d.problem.to_string())).collect();
    let expected: Vec<(Code, String)> =
        expected.iter().map(|(code, text)| (*code, (*text).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn keys_must_name_inputs_of_the_graph() {
    check("[[inputs]]\nkey = '57_stps'\ntype = 'integer'", &[(Code::UnknownKey, "unknown key `57_stps`")]);
    check(
        "[[inputs]]\nkey = '57_steps'\ntype = 'integer'\nminimum = 11\n[[inputs.derived]]\ntarget = '59_steps'",
        &[(Code::UnknownTarget, "key `57_steps` drives `59_steps`, which the graph does not have")],
    );
}

#[test]
fn limits_must_lie_within_those_of_the_class() {
    check(
        "[[inputs]]\nkey = '57_cfg'\ntype = 'float'\nmaximum = 200",
        &[(Code::LooseLimit, "key `57_cfg` allows 200, but `cfg` of node `57` must be at most 100.0")],
    );
    check(
        "[[inputs]]\nkey = '57_sampler_name'\ntype = 'string'\nenum = ['euler', 'eulr']",
        &[(Code::NotAnOption, "\"eulr\" is not an option of `sampler_name` of node `57`")],
    );
    check(
        "[[inputs]]\nkey = '71_widthx71_height'\ntype = 'string'\nenum = ['720x720', '99999x1', 'auto']",
        &[
            (
                Code::LooseLimit,
                "key `71_widthx71_height` allows \"99999x1\" (so 99999), but `width` of node `71` must be at most 16384",
            ),
            (Code::BadComposite, "`71_widthx71_height` must be 2 numbers joined by `x`, found \"auto\""),
        ],
    );
}

#[test]
fn defaults_must_satisfy_their_own_rules_and_differ_from_the_graph_only_aloud() {
    check(
        "[[inputs]]\nkey = '54_shift'\ntype = 'float'\nmaximum = 5\ndefault = 8",
        &[(Code::BadDefault, "bad default: `54_shift` is 8, but must be at most 5")],
    );
    check(
        "[[inputs]]\nkey = '54_shift'\ntype = 'float'\ndefault = 5",
        &[(Code::DifferentDefault, "the default 5 of key `54_shift` replaces 8 in `shift` of node `54`")],
    );
    check(
        "[[inputs]]\nkey = '54_shift'\ntype = 'float'\nminimum = 5\nmaximum = 4",
        &[(Code::ContradictoryLimits, "no value satisfies `54_shift`: the minimum 5 is above the maximum 4")],
    );
}

#[test]
fn an_input_is_written_by_one_key_and_holds_no_link() {
    check(
        "[[inputs]]\nkey = '57_steps'\ntype = 'integer'\nminimum = 11\n[[inputs.derived]]\ntarget = '58_steps'\n[[inputs]]\nkey = '58_steps'\ntype = 'integer'\nminimum = 11",
        &[(
            Code::DuplicateTarget,
            "`steps` of node `58` is written by more than one key: `57_steps`, `58_steps`",
        )],
    );
    check(
        "[[inputs]]\nkey = '67_width'\ntype = 'integer'",
        &[(
            Code::LinkedTarget,
            "key `67_width` writes `width` of node `67`, which is linked to node `71`: the link would be lost",
        )],
    );
}

#[test]
fn steps_that_leave_a_stage_idle_are_told() {
    check(
        "[[inputs]]\nkey = '58_steps'\ntype = 'integer'\ndefault = 20\nminimum = 6\nmaximum = 20",
        &[(
            Code::IdleStage,
            "with `58_steps` = 6, sampler stage `58` does nothing: it starts at step 10 of 6, and hands its latent on unchanged",
        )],
    );
}

#[test]
fn a_proposal_for_the_seed_graph_drives_both_passes() {
    let catalog = Catalog::embedded();
    let (graph, _) = support::graph(&support::read(&format!("{SEED}/graph.json")));
    let interface = propose(&graph, &catalog);
    let keys: Vec<&str> = interface.inputs().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "6_text",
            "62_image",
            "68_image",
            "71_widthx71_height",
            "67_length",
            "73_frame_rate",
            "57_noise_seed",
            "57_steps",
            "54_shift",
            "57_cfg",
        ]
    );
    let steps = interface.input("57_steps").expect("it is proposed");
    let driven: Vec<&str> = steps.derived.iter().map(|derived| derived.written.as_str()).collect();
    assert_eq!(driven, ["58_steps", "57_end_at_step", "58_start_at_step"]);
    let workflow = Workflow::new(graph, interface);
    let checked = check::workflow(workflow, &catalog).expect("a proposal is fine");
    assert!(checked.warnings().is_empty(), "{:?}", checked.warnings());
}
