//! Widgets that scripts of packs add to nodes, and values that they change when a file is loaded.

use super::{custom_scripts, easy_use, rgthree, video_helper};
use crate::front::ui::definition::Definition;
use crate::front::ui::lean::Values;
use crate::front::ui::node::Node;
use crate::front::ui::wire;

/// Does to a node what the script of its pack does. Where the class is not known, only what its values tell is.
pub(in crate::front::ui) fn add<'a>(
    node: &mut Node<'a>,
    saved: &wire::Node<'a>,
    definition: Option<&Definition<'a>>,
    made: &'a Values,
) {
    let ty = saved.ty;
    if ty.ends_with("(rgthree)") {
        rgthree::add(node, saved, made);
    } else if let (true, Some(definition)) = (saves_by_name(ty), definition) {
        video_helper::add(node, saved, definition, made);
    } else if ty.starts_with("easy ") {
        easy_use::adapt(node);
    } else if ty.ends_with("|pysssss") {
        custom_scripts::adapt(node);
    }
}

/// Whether the script of its pack saves the values of a class by name, and reads its lists in its own way.
pub(in crate::front::ui) fn saves_by_name(ty: &str) -> bool {
    ty.starts_with("VHS_")
}

/// Whether the script of its pack lets a class's `filename_prefix` take `%…%`.
pub(in crate::front::ui) fn saves(ty: &str) -> bool {
    ty == "VHS_VideoCombine"
}
