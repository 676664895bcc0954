use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        let image = g.add(LoadImage { image: "photo.png".into() }).image;
        g.add(ImageScaleBy { image }).upscale_method(Scheduler::Simple);
    });
}
