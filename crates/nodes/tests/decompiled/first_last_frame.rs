use comfyc::catalog::Catalog;
use comfyc::compile;
use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() -> Result<(), compile::Rejected> {
    let prompt = compile::prompt(workflow(graph), &Catalog::embedded())?;
    println!("{prompt}");
    Ok(())
}

const STEPS_DESCRIPTION: &str =
    "Number of denoising iterations; more steps refine detail and stability but take longer.";
const GUIDANCE_SCALE_DESCRIPTION: &str =
    "Controls how strongly the output adheres to the prompt versus allowing creative variation.";
const SHIFT_DESCRIPTION: &str = "Offsets the diffusion sampling schedule, trading stability for stronger motion/style as the value increases.";
const NEGATIVE_TEXT: &str = "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";

fn graph(g: Scope<'_>) {
    g.model("community/wan-2-2/first-last-frame");
    let prompt = g.expose(input("Prompt").default("Puppy, playing, happy, barking, joyful"));
    let start_image = g.expose(
        input("Start Image")
            .default("Runcomfy_Example_1259_1.png")
            .media(Media::Image),
    );
    let end_image = g.expose(
        input("End Image")
            .default("Runcomfy_Example_1259_2.png")
            .media(Media::Image),
    );
    let resolution = g.expose(
        input("Resolution (W:H)")
            .options([
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
            ])
            .default("720x720 (1:1)"),
    );
    let number_of_frames = g.expose(input("Number of Frames").options([81, 141]).default(81));
    let frames_per_second = g.expose(
        input("Frames Per Second")
            .keyword("type", "integer")
            .range(12..=24)
            .default(16),
    );
    let seed = g.expose(input("Seed").default(96_860_978));
    let steps = g.expose(
        input("Steps")
            .description(STEPS_DESCRIPTION)
            .default(20)
            .range(6..=20),
    );
    let guidance_scale = g.expose(
        input("Guidance Scale")
            .description(GUIDANCE_SCALE_DESCRIPTION)
            .default(4)
            .range(0.6..=4.0),
    );
    let shift = g.expose(
        input("Shift")
            .description(SHIFT_DESCRIPTION)
            .default(8)
            .range(1..=15),
    );
    g.require([end_image, prompt, start_image]);
    let model = g
        .add(UNETLoader {
            unet_name: "wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors".into(),
        })
        .at("37")
        .titled("UNETLoader")
        .model;
    let clip = g
        .add(CLIPLoader {
            clip_name: "umt5_xxl_fp8_e4m3fn_scaled.safetensors".into(),
        })
        .at("38")
        .type_(CLIPLoaderType::Wan)
        .titled("CLIPLoader")
        .clip;
    let positive = g
        .add(CLIPTextEncode {
            text: prompt.into(),
            clip,
        })
        .at("6")
        .titled("CLIP Text Encode (Positive Prompt)")
        .conditioning;
    let negative = g
        .add(CLIPTextEncode {
            text: NEGATIVE_TEXT.into(),
            clip,
        })
        .at("7")
        .titled("CLIP Text Encode (Negative Prompt)")
        .conditioning;
    let vae = g
        .add(VAELoader {
            vae_name: "wan_2.1_vae.safetensors".into(),
        })
        .at("39")
        .titled("VAELoader")
        .vae;
    let model2 = g
        .add(ModelSamplingSD3 { model })
        .at("54")
        .shift(shift)
        .model;
    let model3 = g
        .add(UNETLoader {
            unet_name: "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors".into(),
        })
        .at("56")
        .titled("UNETLoader")
        .model;
    let model4 = g
        .add(ModelSamplingSD3 { model: model3 })
        .at("55")
        .shift(shift)
        .model;
    let end_image2 = g
        .add(LoadImage {
            image: end_image.into(),
        })
        .at("62")
        .titled("End Image")
        .image;
    let start_image2 = g
        .add(LoadImage {
            image: start_image.into(),
        })
        .at("68")
        .titled("Start Image")
        .image;
    let resize_start_image = g
        .add(ImageResizeKJv2 {
            image: start_image2,
        })
        .at("71")
        .width(resolution.part(0))
        .height(resolution.part(1))
        .upscale_method(ImageResizeKJv2UpscaleMethod::Lanczos)
        .keep_proportion(ImageResizeKJv2KeepProportion::Crop)
        .without("device")
        .in_order(&[
            "image",
            "width",
            "height",
            "upscale_method",
            "keep_proportion",
            "pad_color",
            "crop_position",
            "divisible_by",
        ])
        .titled("Resize Start Image");
    let wan_first_last_frame_to_video = g
        .add(WanFirstLastFrameToVideo {
            positive,
            negative,
            vae,
        })
        .at("67")
        .width(resize_start_image.width)
        .height(resize_start_image.height)
        .length(number_of_frames)
        .start_image(resize_start_image.image)
        .end_image(end_image2);
    let latent_image = g
        .add(KSamplerAdvanced {
            model: model2,
            positive: wan_first_last_frame_to_video.positive,
            negative: wan_first_last_frame_to_video.negative,
            latent_image: wan_first_last_frame_to_video.latent,
        })
        .at("57")
        .noise_seed(seed)
        .steps(steps)
        .cfg(guidance_scale)
        .end_at_step(steps.scale(0.5).floor())
        .return_with_leftover_noise(EnableOrDisable::Enable)
        .titled("High-noise Pass")
        .latent;
    let samples = g
        .add(KSamplerAdvanced {
            model: model4,
            positive: wan_first_last_frame_to_video.positive,
            negative: wan_first_last_frame_to_video.negative,
            latent_image,
        })
        .at("58")
        .add_noise(EnableOrDisable::Disable)
        .steps(steps)
        .cfg(guidance_scale)
        .start_at_step(steps.scale(0.5).floor())
        .titled("Low-noise Pass")
        .latent;
    let images = g
        .add(VAEDecode { samples, vae })
        .at("8")
        .titled("VAEDecode")
        .image;
    let combine_video = g
        .add(VHSVideoCombine { images })
        .at("73")
        .frame_rate(frames_per_second)
        .filename_prefix("video/ComfyUI")
        .format(VHSVideoCombineFormat::VideoH264Mp4)
        .in_order(&[
            "images",
            "frame_rate",
            "loop_count",
            "filename_prefix",
            "format",
            "pingpong",
            "save_output",
        ])
        .titled("Combine Video");
    g.output(&combine_video, "Video");
}
