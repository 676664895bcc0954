use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        let latent = g.add(EmptyLatentImage {}).latent;
        g.add(ResizeImageMaskNode { input: latent });
    });
}
