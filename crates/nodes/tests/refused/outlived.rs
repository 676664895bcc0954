use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    let mut kept = None;
    workflow(|g| {
        kept = Some(g.add(LoadImage { image: "photo.png".into() }).image);
    });
}
