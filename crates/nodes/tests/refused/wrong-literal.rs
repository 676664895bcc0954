use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        g.add(EmptyLatentImage {}).width("wide");
    });
}
