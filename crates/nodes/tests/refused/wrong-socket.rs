use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        let loaded = g.add(CheckpointLoaderSimple { ckpt_name: "sd15.safetensors".into() });
        g.add(VAEDecode { samples: loaded.model, vae: loaded.vae });
    });
}
