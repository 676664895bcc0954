//! The versions of the editor whose exports are reproduced, and in what they differ.

use crate::catalog::Class;

/// A version of the editor.
///
/// ComfyUI 0.33.0 comes with frontend 1.49.6; who keeps ComfyUI current has a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Editor {
    /// Frontend 1.49.6.
    V1_49,
    /// Frontend 1.58.1.
    #[default]
    V1_58,
}

/// What one version does and another does not.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a difference of its own")]
pub(super) struct Rules {
    /// The title of a new node of a class.
    pub(super) title: fn(&Class) -> &str,
    /// `_meta` names the pack of a node's class, and the title of a node without one is empty.
    pub(super) packs_in_meta: bool,
    /// To which input a link leads says the link, and not the input that names it; no two lead to one input.
    pub(super) links_count: bool,
    /// A curve is marked as one whatever its form, not only as a list of points.
    pub(super) marks_all_curves: bool,
    /// A field of several lines makes a text of whatever it is given, not only of null.
    pub(super) areas_hold_texts: bool,
    /// A Primitive keeps null instead of bringing it within the limits of its targets.
    pub(super) primitives_keep_null: bool,
    /// An instance is given null like any other value, be it from `proxyWidgets`, the quarantine or an instance inside.
    pub(super) instances_take_null: bool,
}

const V1_49: Rules = Rules {
    title: Class::editor_title,
    packs_in_meta: false,
    links_count: false,
    marks_all_curves: false,
    areas_hold_texts: false,
    primitives_keep_null: false,
    instances_take_null: false,
};

const V1_58: Rules = Rules {
    title,
    packs_in_meta: true,
    links_count: true,
    marks_all_curves: true,
    areas_hold_texts: true,
    primitives_keep_null: true,
    instances_take_null: true,
};

impl Editor {
    pub(super) fn rules(self) -> &'static Rules {
        match self {
            Self::V1_49 => &V1_49,
            Self::V1_58 => &V1_58,
        }
    }
}

/// The title that the server gives, else that which the editor has for some classes of ComfyUI, else the name.
fn title(class: &Class) -> &str {
    if class.display_name().is_some() {
        return class.title();
    }
    match class.name.as_str() {
        "StableCascade_EmptyLatentImage" => "Empty Stable Cascade Latent Image",
        "StableCascade_StageC_VAEEncode" => "Stable Cascade Stage C VAE Encode",
        "EmptyHunyuanImageLatent" => "Empty Hunyuan Image Latent",
        "EmptyLTXVLatentVideo" => "Empty LTXV Latent Video",
        "EmptyCosmosLatentVideo" => "Empty Cosmos Latent Video",
        "EmptyLatentHunyuan3Dv2" => "Empty Hunyuan 3D v2 Latent",
        "VAEDecodeHunyuan3D" => "Hunyuan 3D VAE Decode",
        "TextEncodeQwenImageEdit" => "Text Encode Qwen Image Edit",
        "TextEncodeQwenImageEditPlus" => "Text Encode Qwen Image Edit Plus",
        "Trellis2Conditioning" => "Trellis2 Conditioning",
        "Pixal3DConditioning" => "Pixal3D Conditioning",
        "Trellis2ShapeStage" => "Trellis2 Shape Stage",
        "EmptyTrellis2LatentStructure" => "Empty Trellis2 Latent Structure",
        "Trellis2TextureStage" => "Trellis2 Texture Stage",
        "VaeDecodeTextureTrellis" => "Trellis2 VAE Decode Texture",
        "VaeDecodeShapeTrellis" => "Trellis2 VAE Decode Shape",
        "VaeDecodeStructureTrellis2" => "Trellis2 VAE Decode Structure",
        name => name,
    }
}
