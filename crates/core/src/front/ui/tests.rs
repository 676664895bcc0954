//! Small workflows, each for one rule of the editor.

use serde_json::{Value as Json, json};

use super::{Clock, Editor, Options, parse};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::Value;
use crate::source::{Source, Sources, Syntax};

/// The prompt as one line a node: `id Class input=value …`.
#[track_caller]
fn check_with(options: &Options, workflow: &Json, codes: &[Code], expected: &[&str]) {
    let source = Source::new("workflow.json", Syntax::Json, workflow.to_string());
    let id = Sources::default().add(source.clone());
    let (graph, diagnostics) = parse(&source, id, &Catalog::embedded(), options);
    let lines: Vec<String> = graph
        .nodes()
        .map(|(id, node)| {
            let inputs = node.inputs().map(|(name, input)| match &input.value {
                Value::Literal(value) => format!(" {name}={value}"),
                Value::Link(link) => format!(" {name}->{}.{}", link.node, link.slot),
            });
            format!("{id} {}{}", node.class().unwrap_or("-"), inputs.collect::<String>())
        })
        .collect();
    assert_eq!(lines, expected);
    let found: Vec<Code> = diagnostics.iter().map(Diagnostic::code).collect();
    assert_eq!(found, codes);
    for diagnostic in diagnostics.iter() {
        let origin = diagnostic.origin.as_ref().expect("every diagnostic has a place");
        let span = source.locate(&[(&origin.pointer, origin.part)]);
        assert!(span.iter().all(Option::is_some), "{} is not in the file", origin.pointer);
    }
}

#[track_caller]
fn check(workflow: &Json, codes: &[Code], expected: &[&str]) {
    check_with(&Options::default(), workflow, codes, expected);
}

/// The same where editor 1.49 exports something else.
#[track_caller]
fn check_old(workflow: &Json, codes: &[Code], expected: &[&str]) {
    let options = Options { editor: Editor::V1_49, ..Options::default() };
    check_with(&options, workflow, codes, expected);
}

/// A workflow of the old form.
fn workflow(nodes: Json, links: Json) -> Json {
    json!({"version": 0.4, "last_node_id": 90, "last_link_id": 90, "nodes": nodes, "links": links})
}

fn with_subgraphs(nodes: Json, links: Json, subgraphs: Json) -> Json {
    let mut made = workflow(nodes, links);
    made["definitions"] = json!({"subgraphs": subgraphs});
    made
}

fn image(id: Json) -> Json {
    json!({"id": id, "type": "EmptyImage", "widgets_values": [64, 64, 1, 0], "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]})
}

fn preview(id: Json, link: Json) -> Json {
    json!({"id": id, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": link}]})
}

const IMAGE: &str = "1 EmptyImage width=64 height=64 batch_size=1 color=0";

#[test]
fn widgets_come_before_sockets_and_ids_in_order() {
    let nodes = json!([
        {"id": "b", "type": "SaveImage", "widgets_values": ["x"], "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]},
        preview(json!("007"), json!(null)), image(json!(10)), image(json!(2))]);
    let links = json!([[1, 10, 0, "b", 0, "IMAGE"]]);
    let empty = "EmptyImage width=64 height=64 batch_size=1 color=0";
    check(
        &workflow(nodes, links),
        &[],
        &[
            &format!("2 {empty}"),
            &format!("10 {empty}"),
            "007 PreviewImage",
            "b SaveImage filename_prefix=\"x\" images->10.0",
        ],
    );
}

#[test]
fn numbers_are_those_of_javascript_unless_asked_otherwise() {
    let nodes = json!([{"id": 1, "type": "RandomNoise", "widgets_values": [18_446_744_073_709_551_615_u64, "fixed"]}]);
    let file = workflow(nodes, json!([]));
    check(&file, &[Code::RoundedNumber], &["1 RandomNoise noise_seed=18446744073709552000"]);
    let exact = Options { exact_integers: true, ..Options::default() };
    check_with(&exact, &file, &[], &["1 RandomNoise noise_seed=18446744073709551615"]);
}

#[test]
fn links_of_both_forms_are_read_whatever_the_version() {
    let nodes = json!([image(json!(1)), preview(json!(2), json!(1))]);
    let object =
        json!({"id": 1, "origin_id": 1, "origin_slot": 0, "target_id": 2, "target_slot": 0, "type": "IMAGE"});
    for (version, link) in
        [(json!(1), object.clone()), (json!(0.4), object), (json!(null), json!([1, 1, 0, 2, 0, "IMAGE"]))]
    {
        let file = json!({"version": version, "nodes": nodes, "links": [link]});
        check(&file, &[], &[IMAGE, "2 PreviewImage images->1.0"]);
    }
}

#[test]
fn slots_are_matched_by_name_and_links_by_the_slots_that_name_them() {
    let nodes = json!([image(json!(1)), {"id": 2, "type": "ImageBatch", "inputs": [
        {"name": "image2", "type": "IMAGE", "link": 1}, {"name": "extra", "type": "IMAGE", "link": 1}]}]);
    let file = workflow(nodes, json!([[1, 1, 0, 2, 7, "IMAGE"]]));
    check_old(&file, &[], &[IMAGE, "2 ImageBatch image2->1.0 extra->1.0"]);
    // A link leads to one input.
    check(&file, &[Code::CutLink], &[IMAGE, "2 ImageBatch image2->1.0"]);
}

#[test]
fn links_without_an_origin_are_errors_unless_repaired() {
    let file = workflow(
        json!([preview(json!(2), json!(5)), preview(json!(3), json!(1))]),
        json!([[1, 8, 0, 3, 0, "IMAGE"]]),
    );
    let expected = ["2 PreviewImage", "3 PreviewImage"];
    check_old(&file, &[Code::LostLink, Code::DanglingLink], &expected);
    // A link that is not there is none; only the other keeps the editor from exporting.
    check(&file, &[Code::CutLink, Code::DanglingLink], &expected);
    let repair = Options { repair: true, ..Options::default() };
    check_with(&repair, &file, &[Code::CutLink, Code::CutLink], &expected);
}

#[test]
fn muted_nodes_are_left_out_with_their_links() {
    let mut muted = image(json!(1));
    muted["mode"] = json!(2);
    let width = json!({"id": 2, "type": "EmptyImage", "widgets_values": [8, 9, 1, 0],
        "inputs": [{"name": "width", "type": "INT", "link": 1, "widget": {"name": "width"}}]});
    check(
        &workflow(json!([muted, width]), json!([[1, 1, 0, 2, 0, "INT"]])),
        &[],
        &["2 EmptyImage width=8 height=9 batch_size=1 color=0"],
    );
}

#[test]
fn bypassed_nodes_forward_by_type() {
    let bypassed = |inputs: Json| {
        let node = json!({"id": 2, "type": "ImageBatch", "mode": 4, "inputs": inputs,
            "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [2]}]});
        workflow(
            json!([image(json!(1)), node, preview(json!(3), json!(2))]),
            json!([[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]]),
        )
    };
    let linked = |name: &str, link: Json| json!({"name": name, "type": "IMAGE", "link": link});
    check(&bypassed(json!([linked("image1", json!(1))])), &[], &[IMAGE, "3 PreviewImage images->1.0"]);
    check(
        &bypassed(json!([linked("image1", json!(null)), linked("image2", json!(1))])),
        &[Code::UnlinkedBypass],
        &[IMAGE, "3 PreviewImage"],
    );
}

#[test]
fn reroutes_are_passed_and_cut_links_of_other_types() {
    let nodes = json!([image(json!(1)),
        {"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}], "outputs": [{"name": "", "type": "IMAGE", "links": [2, 3]}]},
        preview(json!(3), json!(2)),
        {"id": 4, "type": "VAEDecode", "inputs": [{"name": "samples", "type": "LATENT", "link": 3}]}]);
    let links = json!([[1, 1, 0, 2, 0, "*"], [2, 2, 0, 3, 0, "*"], [3, 2, 0, 4, 0, "*"]]);
    check(&workflow(nodes, links), &[Code::CutLink], &[IMAGE, "3 PreviewImage images->1.0", "4 VAEDecode"]);
}

#[test]
fn a_primitive_gives_its_value_within_the_limits() {
    let nodes = json!([
        {"id": 1, "type": "PrimitiveNode", "mode": 2, "widgets_values": [513, "fixed"], "outputs": [{"name": "INT", "type": "INT", "links": [1]}]},
        {"id": 2, "type": "EmptyLatentImage", "widgets_values": [64, 64, 1],
            "inputs": [{"name": "width", "type": "INT", "link": 1, "widget": {"name": "width"}}]},
        {"id": 3, "type": "Note", "widgets_values": ["x"]}]);
    check(
        &workflow(nodes, json!([[1, 1, 0, 2, 0, "INT"]])),
        &[],
        &["2 EmptyLatentImage width=512 height=64 batch_size=1"],
    );
}

#[test]
fn values_are_read_by_position_and_objects_by_name() {
    let sampler = |values: Json| json!({"id": 1, "type": "KSampler", "widgets_values": values});
    let expected = "1 KSampler seed=5 steps=3 cfg=2 sampler_name=\"euler\" scheduler=\"normal\" denoise=1";
    let file = |values| workflow(json!([sampler(values)]), json!([]));
    check(
        &file(json!([5, "fixed", 3, 2.0, "sample_euler", "normal", 1, "more"])),
        &[Code::UnusedValues],
        &[expected],
    );
    let named = json!({"seed": 5, "steps": 3, "cfg": 2, "sampler_name": "euler", "scheduler": "normal", "denoise": 1});
    check(&file(named), &[Code::ObjectValues], &[expected]);
}

#[test]
fn named_values_count_when_asked_for() {
    let nodes = json!([{"id": 1, "type": "EmptyLatentImage", "widgets_values": [1, 2, 3], "widgets_values_named": {"height": 8}}]);
    let file = workflow(nodes, json!([]));
    check(&file, &[], &["1 EmptyLatentImage width=1 height=2 batch_size=3"]);
    let named = Options { named_values: true, ..Options::default() };
    check_with(&named, &file, &[], &["1 EmptyLatentImage width=512 height=8 batch_size=1"]);
}

#[test]
fn empty_values_become_the_first_option_or_no_text() {
    let nodes = json!([{"id": 1, "type": "ImageScaleBy", "widgets_values": [null, null]},
        {"id": 2, "type": "CLIPTextEncode", "widgets_values": [null]},
        {"id": 3, "type": "CLIPTextEncode", "widgets_values": [["a"]]}]);
    let file = workflow(nodes, json!([]));
    let scale = "1 ImageScaleBy upscale_method=\"nearest-exact\" scale_by=null";
    let list = "3 CLIPTextEncode text={\"__value__\":[\"a\"]}";
    check_old(&file, &[], &[scale, "2 CLIPTextEncode text=\"\"", list]);
    check(&file, &[], &[scale, "2 CLIPTextEncode text=\"\"", "3 CLIPTextEncode text=\"a\""]);
}

#[test]
fn dynamic_combos_bring_inputs_after_themselves() {
    let nodes = json!([{"id": 1, "type": "ResizeImageMaskNode", "widgets_values": ["scale dimensions", 8, 9, "center", "area"]},
        {"id": 2, "type": "ResizeImageMaskNode", "widgets_values": ["bogus", "area"]}]);
    check(
        &workflow(nodes, json!([])),
        &[],
        &[
            "1 ResizeImageMaskNode resize_type=\"scale dimensions\" resize_type.width=8 resize_type.height=9 \
         resize_type.crop=\"center\" scale_method=\"area\"",
            "2 ResizeImageMaskNode resize_type=\"bogus\" scale_method=\"area\"",
        ],
    );
}

#[test]
fn growing_inputs_keep_their_order_and_gaps() {
    let input =
        |k: usize, link: Json| json!({"name": format!("images.image{k}"), "type": "IMAGE", "link": link});
    let file = |links: [Json; 4], list: Json| {
        let inputs: Vec<Json> = (0..4).rev().zip(links).map(|(k, link)| input(k, link)).collect();
        workflow(json!([image(json!(1)), {"id": 2, "type": "BatchImagesNode", "inputs": inputs}]), list)
    };
    let expected = [IMAGE, "2 BatchImagesNode images.image0->1.0 images.image2->1.0 images.image3->1.0"];
    let links = json!([[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 0, 2, 1, "IMAGE"], [4, 1, 0, 2, 3, "IMAGE"]]);
    let each = file([json!(1), json!(2), json!(null), json!(4)], links);
    check_old(&each, &[], &expected);
    check(&each, &[], &expected);
    // One link for all of them, which leads to one input.
    let one = file([json!(1), json!(1), json!(null), json!(1)], json!([[1, 1, 0, 2, 0, "IMAGE"]]));
    check_old(&one, &[], &expected);
    check(&one, &[Code::CutLink, Code::CutLink], &[IMAGE, "2 BatchImagesNode images.image0->1.0"]);
}

#[test]
fn a_custom_combo_has_an_index_and_its_options() {
    let nodes = json!([{"id": 1, "type": "CustomCombo", "widgets_values": ["b", 7, "a", "b", ""]}]);
    check(
        &workflow(nodes, json!([])),
        &[],
        &["1 CustomCombo choice=\"b\" index=1 option1=\"a\" option2=\"b\" option3=\"\""],
    );
}

#[test]
fn stale_widget_slots_go_every_other_one() {
    let stale =
        |name: &str, link: i64| json!({"name": name, "type": "INT", "link": link, "widget": {"name": name}});
    let file = |links: [i64; 3], list: Json| {
        let inputs = json!([stale("a", links[0]), stale("b", links[1]), stale("c", links[2])]);
        workflow(json!([image(json!(1)), {"id": 2, "type": "VAEDecode", "inputs": inputs}]), list)
    };
    let links = json!([[1, 1, 0, 2, 0, "INT"], [2, 1, 0, 2, 1, "INT"], [3, 1, 0, 2, 2, "INT"]]);
    let each = file([1, 2, 3], links);
    check_old(&each, &[Code::CutLink, Code::CutLink], &[IMAGE, "2 VAEDecode b->1.0"]);
    check(&each, &[Code::CutLink, Code::CutLink], &[IMAGE, "2 VAEDecode b->1.0"]);
    // One link for all of them, which leads to the first.
    let one = file([1, 1, 1], json!([[1, 1, 0, 2, 0, "INT"]]));
    check_old(&one, &[Code::CutLink, Code::CutLink, Code::LostLink], &[IMAGE, "2 VAEDecode"]);
    check(&one, &[Code::CutLink, Code::CutLink, Code::CutLink], &[IMAGE, "2 VAEDecode"]);
}

#[test]
fn texts_are_expanded() {
    let clock = Clock { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 };
    let nodes = json!([{"id": 1, "type": "EmptyLatentImage", "title": "L", "widgets_values": [512, 8, 1]},
        {"id": 2, "type": "CLIPTextEncode", "widgets_values": ["a {b|b} // c"]},
        {"id": 3, "type": "SaveLatent", "widgets_values": ["%L.width%_%EmptyLatentImage.height%_%date:yyyy-MM%_%seed%_%x.y%"]}]);
    let file = workflow(nodes, json!([]));
    let lines = |name: &str| {
        [
            "1 EmptyLatentImage width=512 height=8 batch_size=1".to_owned(),
            "2 CLIPTextEncode text=\"a b \"".to_owned(),
            format!("3 SaveLatent filename_prefix=\"{name}\""),
        ]
    };
    let dated = Options { clock: Some(clock), ..Options::default() };
    let expected = lines("512_8_2026-01_%seed%_%x.y%");
    check_with(&dated, &file, &[Code::RandomPrompt], &expected.each_ref().map(String::as_str));
    let expected = lines("512_8_%date:yyyy-MM%_%seed%_%x.y%");
    check(&file, &[Code::RandomPrompt, Code::NoClock], &expected.each_ref().map(String::as_str));
}

#[test]
fn unknown_classes_keep_their_name_and_named_values() {
    let nodes = json!([image(json!(1)), {"id": 2, "type": "No<Such", "title": "T", "widgets_values": [7, "fixed", {"a": 1}], "inputs": [
        {"name": "x", "type": "IMAGE", "link": 1}, {"name": "n", "type": "INT", "widget": {"name": "n"}},
        {"name": "o", "type": "O", "widget": {"name": "o"}}]},
        {"id": 3, "type": "NoSuch", "widgets_values": [7, null]}]);
    let file = workflow(nodes, json!([[1, 1, 0, 2, 0, "IMAGE"]]));
    check(
        &file,
        &[Code::UnknownClass, Code::UnknownClass],
        &[IMAGE, "2 NoSuch n=7 o={\"a\":1} x->1.0", "3 NoSuch UNKNOWN=7 UNKNOWN_1=\"null\""],
    );
    let editor = Options { placeholders: true, ..Options::default() };
    check_with(
        &editor,
        &file,
        &[Code::UnknownClass, Code::UnknownClass],
        &[
            IMAGE,
            "2 - UNKNOWN=7 UNKNOWN_1=\"fixed\" UNKNOWN_2=\"{\\\"a\\\":1}\" x->1.0",
            "3 - UNKNOWN=7 UNKNOWN_1=\"null\"",
        ],
    );
}

/// A definition with one `CLIPTextEncode`, whose text is promoted.
fn texts(id: &str, inner: i64) -> Json {
    json!({"id": id, "name": "Texts", "inputs": [{"name": "text", "type": "STRING", "linkIds": [1]}],
        "outputs": [{"name": "C", "type": "CONDITIONING", "linkIds": [2]}],
        "nodes": [{"id": inner, "type": "CLIPTextEncode", "widgets_values": ["in {a|a}"],
            "inputs": [{"name": "text", "type": "STRING", "link": 1, "widget": {"name": "text"}}],
            "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING", "links": [2]}]}],
        "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": inner, "target_slot": 0, "type": "STRING"},
            {"id": 2, "origin_id": inner, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "CONDITIONING"}]})
}

#[test]
fn instances_hold_the_values_of_promoted_widgets() {
    let nodes = json!([{"id": 2, "type": "s", "widgets_values": ["raw {a|a}"]}, {"id": 3, "type": "s"},
        {"id": 4, "type": "s", "widgets_values": [null]}]);
    check(
        &with_subgraphs(nodes, json!([]), json!([texts("s", 5)])),
        &[Code::UnexpandedText, Code::UnexpandedText, Code::NullValue],
        &[
            "2:5 CLIPTextEncode text=\"raw {a|a}\"",
            "3:5 CLIPTextEncode text=\"in {a|a}\"",
            "4:5 CLIPTextEncode text=null",
        ],
    );
}

#[test]
fn ids_that_collide_are_counted_up() {
    let nodes =
        json!([{"id": 5, "type": "EmptyLatentImage"}, {"id": 2, "type": "s"}, {"id": 3, "type": "t"}]);
    let file = with_subgraphs(nodes, json!([]), json!([texts("s", 5), texts("t", 91)]));
    check(
        &file,
        &[Code::UnexpandedText, Code::UnexpandedText],
        &[
            "5 EmptyLatentImage width=512 height=512 batch_size=1",
            "2:91 CLIPTextEncode text=\"in {a|a}\"",
            "3:92 CLIPTextEncode text=\"in {a|a}\"",
        ],
    );
}

#[test]
fn proxy_widgets_become_inputs() {
    let mut inner = texts("s", 5);
    inner["inputs"] = json!([]);
    inner["nodes"][0]["inputs"] = json!([]);
    for entries in [json!([["5", "text"]]), json!("[[\"5\", \"text\"]]")] {
        let nodes =
            json!([{"id": 2, "type": "s", "properties": {"proxyWidgets": entries}, "widgets_values": ["H"]}]);
        let file = |inner: &Json| with_subgraphs(nodes.clone(), json!([]), json!([inner]));
        check_old(&file(&inner), &[], &["2:5 CLIPTextEncode text=\"H\""]);
        // The link that no input names leads to the first one, and the input made for the text is what it comes from.
        check(&file(&inner), &[], &["2:5 CLIPTextEncode text=\"H\" clip=\"H\""]);
        let mut whole = inner.clone();
        whole["links"] = json!([inner["links"][1]]);
        check_old(&file(&whole), &[], &["2:5 CLIPTextEncode text=\"H\""]);
        check(&file(&whole), &[], &["2:5 CLIPTextEncode text=\"H\""]);
    }
}

#[test]
fn nested_muted_instances_still_run_unless_muted_deeply() {
    let outer = json!({"id": "o", "name": "O", "nodes": [{"id": 8, "type": "s", "mode": 2, "widgets_values": ["x"]}], "links": []});
    let nodes = json!([{"id": 1, "type": "o"}, {"id": 2, "type": "s", "mode": 2}]);
    let file = with_subgraphs(nodes, json!([]), json!([texts("s", 5), outer]));
    check(&file, &[Code::NestedMute], &["1:8:5 CLIPTextEncode text=\"x\""]);
    let deep = Options { deep_mute: true, ..Options::default() };
    check_with(&deep, &file, &[], &[]);
}

#[test]
fn an_input_that_is_an_output_is_passed_through() {
    let through = json!({"id": "p", "name": "P", "inputs": [{"name": "i", "type": "IMAGE", "linkIds": [1]}],
        "outputs": [{"name": "o", "type": "IMAGE", "linkIds": [1]}], "nodes": [],
        "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": -20, "target_slot": 0}]});
    let nodes = json!([image(json!(1)), {"id": 2, "type": "p", "inputs": [{"name": "i", "type": "IMAGE", "link": 1}],
        "outputs": [{"name": "o", "type": "IMAGE", "links": [2]}]}, preview(json!(3), json!(2))]);
    let file =
        with_subgraphs(nodes, json!([[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]]), json!([through]));
    check(&file, &[Code::PassThrough], &[IMAGE, "3 PreviewImage images->1.0"]);
}

#[test]
fn a_primitive_on_an_instance_is_lost_unless_asked_for() {
    let nodes = json!([
        {"id": 1, "type": "PrimitiveNode", "widgets_values": ["P"], "outputs": [{"name": "S", "type": "STRING", "links": [1]}]},
        {"id": 2, "type": "s", "widgets_values": ["H"], "inputs": [{"name": "text", "type": "STRING", "link": 1, "widget": {"name": "text"}}]}]);
    let file = with_subgraphs(nodes, json!([[1, 1, 0, 2, 0, "STRING"]]), json!([texts("s", 5)]));
    check(&file, &[Code::IgnoredPrimitive, Code::RandomPrompt], &["2:5 CLIPTextEncode text=\"in a\""]);
    let sane = Options { primitive_values: true, ..Options::default() };
    check_with(&sane, &file, &[], &["2:5 CLIPTextEncode text=\"P\""]);
}

#[test]
fn subgraphs_in_circles_and_links_in_circles_are_errors() {
    let of =
        |id: &str, ty: &str| json!({"id": id, "name": id, "nodes": [{"id": 9, "type": ty}], "links": []});
    let file =
        with_subgraphs(json!([{"id": 1, "type": "a"}]), json!([]), json!([of("a", "b"), of("b", "a")]));
    check(&file, &[Code::SubgraphCycle], &[]);
    let reroute = json!({"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}], "outputs": [{"links": [1, 2]}]});
    let file = workflow(
        json!([reroute, preview(json!(3), json!(2))]),
        json!([[1, 2, 0, 2, 0, "*"], [2, 2, 0, 3, 0, "*"]]),
    );
    check(&file, &[Code::LinkLoop], &["3 PreviewImage"]);
}

#[test]
fn group_nodes_become_subgraphs_with_their_values() {
    let group = json!({"nodes": [
        {"type": "LatentUpscale", "inputs": [{"name": "samples", "type": "LATENT"}], "outputs": [{"name": "LATENT", "type": "LATENT"}], "widgets_values": ["area", 1, 2, "center"]},
        {"type": "RandomNoise", "widgets_values": [3, "fixed"], "outputs": [{"name": "NOISE", "type": "NOISE"}]},
        {"type": "LatentUpscaleBy", "inputs": [{"name": "samples", "type": "LATENT"}], "outputs": [{"name": "LATENT", "type": "LATENT"}], "widgets_values": ["area", 1.5]}],
        "links": [[0, 0, 2, 0, 3, "LATENT"]], "external": []});
    let mut file = workflow(
        json!([{"id": 1, "type": "EmptyLatentImage"}, {"id": 2, "type": "workflow>G", "inputs": [{"name": "samples", "type": "LATENT", "link": 1}],
            "widgets_values": ["bilinear", 100, 200, "disabled", 7, "randomize", "bislerp", 2], "outputs": [{"name": "NOISE", "type": "NOISE"}, {"name": "LATENT", "type": "LATENT", "links": [2]}]},
            {"id": 3, "type": "VAEDecode", "inputs": [{"name": "samples", "type": "LATENT", "link": 2}]}]),
        json!([[1, 1, 0, 2, 0, "LATENT"], [2, 2, 1, 3, 0, "LATENT"]]),
    );
    file["extra"] = json!({"groupNodes": {"G": group}});
    check(
        &file,
        &[Code::GroupNode],
        &[
            "1 EmptyLatentImage width=512 height=512 batch_size=1",
            "3 VAEDecode samples->94:93.0",
            "94:91 LatentUpscale upscale_method=\"bilinear\" width=100 height=200 crop=\"disabled\" samples->1.0",
            "94:92 RandomNoise noise_seed=7",
            "94:93 LatentUpscaleBy upscale_method=\"bislerp\" scale_by=2 samples->94:91.0",
        ],
    );
}

#[test]
fn nodes_of_packs_that_only_the_editor_has_are_resolved() {
    let nodes = json!([image(json!(1)),
        {"id": 2, "type": "SetNode", "widgets_values": ["img"], "inputs": [{"name": "IMAGE", "type": "IMAGE", "link": 1}], "outputs": [{"name": "*", "type": "*"}]},
        {"id": 3, "type": "GetNode", "widgets_values": ["img"], "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [2]}]},
        {"id": 4, "type": "GetNode", "widgets_values": ["other"], "outputs": []},
        {"id": 5, "type": "Fast Groups Muter (rgthree)", "widgets_values": [true]},
        preview(json!(6), json!(2))]);
    let links = json!([[1, 1, 0, 2, 0, "IMAGE"], [2, 3, 0, 6, 0, "IMAGE"]]);
    check(&workflow(nodes, links), &[Code::UnsetName], &[IMAGE, "6 PreviewImage images->1.0"]);
}

#[test]
fn widgets_of_packs_come_from_their_values() {
    let lora = json!({"on": true, "lora": "a", "strength": 1});
    let nodes = json!([
        {"id": 1, "type": "Power Lora Loader (rgthree)", "widgets_values": [{}, {"type": "PowerLoraLoaderHeaderWidget"}, lora, {}, ""]},
        {"id": 2, "type": "VHS_Unknown", "widgets_values": {"format": "video/h264", "crf": 19, "videopreview": {"hidden": false}}}]);
    check(
        &workflow(nodes, json!([])),
        &[Code::UnknownClass, Code::UnknownClass],
        &[
            "1 Power Lora Loader (rgthree) PowerLoraLoaderHeaderWidget={\"type\":\"PowerLoraLoaderHeaderWidget\"} \
         lora_1={\"on\":true,\"lora\":\"a\",\"strength\":1} ➕ Add Lora=\"\"",
            "2 VHS_Unknown format=\"video/h264\" crf=19",
        ],
    );
}

#[test]
fn what_is_no_node_is_reported_and_the_rest_kept() {
    let file = json!({"nodes": [5, image(json!(1)), {"id": 3}], "links": [null]});
    check(&file, &[Code::WrongShape, Code::WrongShape, Code::WrongShape], &[IMAGE]);
}

#[test]
fn bare_words_of_old_editors_are_null() {
    let text = r#"{"nodes": [{"id": 1, "type": "EmptyImage", "title": "NaN", "widgets_values": [NaN, -Infinity, -1, 0]}]}"#;
    let source = Source::new("workflow.json", Syntax::Json, text);
    let id = Sources::default().add(source.clone());
    let (graph, _) = parse(&source, id, &Catalog::embedded(), &Options::default());
    let node = graph.node("1").expect("the node");
    assert_eq!((node.literal("width"), node.title()), (Some(&Json::Null), Some("NaN")));
}

#[test]
fn a_thousand_levels_are_enough() {
    let chain: Vec<Json> = (0..3_000)
        .map(|i| json!({"id": format!("d{i}"), "name": "D", "nodes": [{"id": 9, "type": format!("d{}", i + 1)}], "links": []}))
        .collect();
    let file = with_subgraphs(json!([{"id": 1, "type": "d0"}]), json!([]), json!(chain));
    check(&file, &[Code::TooLarge], &[]);
    let doubling: Vec<Json> = (0..60)
        .map(|i| json!({"id": format!("d{i}"), "name": "D", "nodes": [{"id": 8, "type": format!("d{}", i + 1)}, {"id": 9, "type": format!("d{}", i + 1)}], "links": []}))
        .collect();
    let file = with_subgraphs(json!([{"id": 1, "type": "d0"}]), json!([]), json!(doubling));
    let source = Source::new("workflow.json", Syntax::Json, file.to_string());
    let id = Sources::default().add(source.clone());
    let (_, diagnostics) = parse(&source, id, &Catalog::embedded(), &Options::default());
    assert!(diagnostics.codes().contains(&Code::TooLarge));
}
