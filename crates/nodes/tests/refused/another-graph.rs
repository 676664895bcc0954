use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|first| {
        let image = first.add(LoadImage { image: "photo.png".into() }).image;
        workflow(|second| {
            second.add(SaveImage { images: image });
        });
    });
}
