use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        g.add(ClaudeNode {}).model(ClaudeNodeModelOpus5::new().temperature(0.5));
    });
}
