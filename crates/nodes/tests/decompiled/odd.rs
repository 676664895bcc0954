use comfyc::compile;
use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    println!("{}", compile::prompt_unchecked(workflow(graph)));
}

const CLIP_TEXT_ENCODE_TEXT: &str = r#"One line.
And "another" line."#;

fn graph(g: Scope<'_>) {
    let vae = g
        .raw("VAELoader")
        .at("9")
        .meta(exact("{}"))
        .without_inputs()
        .out(0);
    let scheduler = g.raw_without_class().at("12").out(-1);
    g.raw("No Such Class+")
        .at("loader")
        .set("text", "left-to-right \u{202e} and a bell \u{7}")
        .set("more", exact("null"))
        .meta(exact(r#"{"title":"No Such Class+","more":1.50}"#));
    let outputs_57 = subgraph_57(g.within("57"));
    let conditioning = g
        .add(CLIPTextEncode {
            text: CLIP_TEXT_ENCODE_TEXT.into(),
            clip: outputs_57.clip,
        })
        .at("58:8")
        .conditioning;
    g.add(ConditioningCombine {
        conditioning_1: outputs_57.conditioning,
        conditioning_2: conditioning,
    })
    .at("");
    g.add(VAEDecode {
        samples: g.link("7", 0).to(),
        vae: vae.to(),
    })
    .at("5")
    .set("not declared", exact(r#"[1,{"a":1e+5}]"#))
    .in_order(&["samples", "vae", "not declared"])
    .titled(r#"A title of "its" own"#)
    .field("is_changed", exact(r#"["x",8.0]"#));
    g.add(KSampler {
        model: open(),
        positive: open(),
        negative: open(),
        latent_image: g.link("5", 3).to(),
    })
    .at("7")
    .seed(exact("18446744073709551616"))
    .cfg(exact("8.0"))
    .steps(exact(r#""twenty""#))
    .sampler_name(SamplerName::Other("no such sampler".into()))
    .scheduler(scheduler.cast::<socket::Combo>())
    .in_order(&[
        "latent_image",
        "seed",
        "cfg",
        "steps",
        "sampler_name",
        "denoise",
        "scheduler",
    ])
    .untitled();
    g.in_order(&["5", "7", "9", "12", "loader", "57:8", "57:9", "58:8", ""]);
}

/// What [`subgraph_57`] gives.
struct Subgraph57Outputs<'g> {
    clip: Out<'g, socket::Clip>,
    conditioning: Out<'g, socket::Conditioning>,
}

/// The nodes of subgraph `57`.
fn subgraph_57<'g>(g: Scope<'g>) -> Subgraph57Outputs<'g> {
    let clip = g
        .add(CheckpointLoaderSimple {
            ckpt_name: r"C:\models\sd15.safetensors".into(),
        })
        .at("9")
        .clip;
    let conditioning = g
        .add(CLIPTextEncode {
            text: CLIP_TEXT_ENCODE_TEXT.into(),
            clip,
        })
        .at("8")
        .in_order(&["clip", "text"])
        .conditioning;
    Subgraph57Outputs { clip, conditioning }
}
