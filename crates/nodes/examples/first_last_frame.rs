//! The workflow of `workflows/wan-2-2/first-last-frame`, written in Rust: the same prompt, the same schema.
//!
//! ```console
//! cargo run -p comfyc-nodes --example first_last_frame            # the prompt
//! cargo run -p comfyc-nodes --example first_last_frame -- schema  # the schema of its inputs
//! ```

#![allow(
    clippy::print_stdout,
    clippy::wildcard_imports,
    reason = "a program that prints, written with all nodes"
)]

use comfyc::back::schema::Dialect;
use comfyc::catalog::Catalog;
use comfyc::compile::{self, Rejected};
use comfyc::dsl::*;
use comfyc_nodes::*;

const NEGATIVE: &str = "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";
const STEPS: &str = "Number of denoising iterations; more steps refine detail and stability but take longer.";
const GUIDANCE: &str =
    "Controls how strongly the output adheres to the prompt versus allowing creative variation.";
const SHIFT: &str = "Offsets the diffusion sampling schedule, trading stability for stronger motion/style as the value increases.";
const SIZES: [&str; 10] = [
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

/// The graph, and what of it is published.
pub(crate) fn graph(g: Scope<'_>) {
    g.model("community/wan-2-2/first-last-frame");
    let prompt = g.expose(input("Prompt").default("Puppy, playing, happy, barking, joyful"));
    let start = g.expose(input("Start Image").default("Runcomfy_Example_1259_1.png"));
    let end = g.expose(input("End Image").default("Runcomfy_Example_1259_2.png"));
    let size = g.expose(input("Resolution (W:H)").options(SIZES).default("720x720 (1:1)"));
    let frames = g.expose(input("Number of Frames").options([81, 141]).default(81));
    let rate = g.expose(input("Frames Per Second").keyword("type", "integer").range(12..=24).default(16));
    let seed = g.expose(input("Seed").default(96_860_978));
    let steps = g.expose(input("Steps").description(STEPS).default(20).range(6..=20));
    let guidance = g.expose(input("Guidance Scale").description(GUIDANCE).default(4).range(0.6..=4.0));
    let shift = g.expose(input("Shift").description(SHIFT).default(8).range(1..=15));
    g.require([end, prompt, start]);

    let clip = g.add(CLIPLoader { clip_name: "umt5_xxl_fp8_e4m3fn_scaled.safetensors".into() });
    let clip = clip.type_(CLIPLoaderType::Wan).at("38").titled("CLIPLoader").clip;
    let vae =
        g.add(VAELoader { vae_name: "wan_2.1_vae.safetensors".into() }).at("39").titled("VAELoader").vae;
    let positive = g.add(CLIPTextEncode { clip, text: prompt.into() }).at("6");
    let positive = positive.titled("CLIP Text Encode (Positive Prompt)").conditioning;
    let negative = g.add(CLIPTextEncode { clip, text: NEGATIVE.into() }).at("7");
    let negative = negative.titled("CLIP Text Encode (Negative Prompt)").conditioning;

    let start = g.add(LoadImage { image: start.into() }).at("68").titled("Start Image").image;
    let end = g.add(LoadImage { image: end.into() }).at("62").titled("End Image").image;
    let resized = g.add(ImageResizeKJv2 { image: start }).at("71").titled("Resize Start Image");
    let resized = resized.width(size.part(0)).height(size.part(1)).without("device").in_order(&["image"]);
    let resized = resized.upscale_method(ImageResizeKJv2UpscaleMethod::Lanczos);
    let resized = resized.keep_proportion(ImageResizeKJv2KeepProportion::Crop);
    let video = g.add(WanFirstLastFrameToVideo { positive, negative, vae }).at("67").length(frames);
    let video = video.width(resized.width).height(resized.height).start_image(resized.image).end_image(end);

    let high = model(g, ["37", "54"], "wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors", shift);
    let low = model(g, ["56", "55"], "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors", shift);
    let pass = |model, latent_image| KSamplerAdvanced {
        model,
        positive: video.positive,
        negative: video.negative,
        latent_image,
    };
    let half = steps.scale(0.5).floor();
    let noisy = g.add(pass(high, video.latent)).at("57").titled("High-noise Pass").steps(steps).cfg(guidance);
    let noisy = noisy.noise_seed(seed).end_at_step(half).return_with_leftover_noise(EnableOrDisable::Enable);
    let clean = g.add(pass(low, noisy.latent)).at("58").titled("Low-noise Pass").steps(steps).cfg(guidance);
    let clean = clean.add_noise(EnableOrDisable::Disable).start_at_step(half);

    let images = g.add(VAEDecode { samples: clean.latent, vae }).at("8").titled("VAEDecode").image;
    let saved = g.add(VHSVideoCombine { images }).at("73").titled("Combine Video").frame_rate(rate);
    let saved = saved.filename_prefix("video/ComfyUI").format(VHSVideoCombineFormat::VideoH264Mp4);
    let saved = saved.in_order(&["images"]);
    g.output(&saved, "Video");
}

/// A model of one of the passes, with its sampling shifted.
fn model<'g>(
    g: Scope<'g>,
    [loader, sampling]: [&str; 2],
    file: &str,
    shift: Exposed<'g>,
) -> Out<'g, socket::Model> {
    let model = g.add(UNETLoader { unet_name: file.into() }).at(loader).titled("UNETLoader").model;
    g.add(ModelSamplingSD3 { model }).at(sampling).titled("ModelSamplingSD3").shift(shift).model
}

fn main() -> Result<(), Rejected> {
    let (built, catalog) = (workflow(graph), Catalog::embedded());
    let schema = std::env::args().nth(1).is_some_and(|wanted| wanted == "schema");
    let artifact = if schema {
        compile::schema(built, &catalog, Dialect::RunComfy)?
    } else {
        compile::prompt(built, &catalog)?
    };
    println!("{artifact}");
    Ok(())
}
