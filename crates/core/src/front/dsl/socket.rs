//! The types of sockets, as types of Rust.
//!
//! The set is open, as ComfyUI's is: here are those that the built-in catalog knows, so that graphs may join nodes of
//! several generated modules; a generated module adds those of its own catalog.

/// A type that inputs and outputs have.
pub trait Socket {
    /// Its name: `MODEL`.
    const NAME: &'static str;
    /// The type that a published input of it has; empty where the schema then says none.
    const PUBLISHED: &'static str = "";
}

/// Whether an output of this type fits an input of type `T`, where they are not the same: a member of a union, or an output
/// of `*`.
#[diagnostic::on_unimplemented(
    message = "an output of type `{Self}` does not fit an input that takes `{T}`",
    label = "ComfyUI refuses this link",
    note = "`.cast()` joins them all the same"
)]
pub trait Fits<T> {}

impl<T> Fits<T> for Any {}

macro_rules! sockets {
    ($($name:ident = $text:literal $(published $published:literal)?,)*) => {
        $(
            #[doc = concat!("`", $text, "`.")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $name {}

            impl Socket for $name {
                const NAME: &'static str = $text;
                $(const PUBLISHED: &'static str = $published;)?
            }
        )*

        /// Every type here: the name in ComfyUI, and the name in Rust.
        pub(crate) const KNOWN: &[(&str, &str)] = &[$(($text, stringify!($name)),)*];
    };
}

sockets! {
    Any = "*",
    Boolean = "BOOLEAN" published "boolean",
    Combo = "COMBO" published "string",
    Float = "FLOAT" published "float",
    Int = "INT" published "integer",
    Text = "STRING" published "string",
    Acnautosize = "ACNAUTOSIZE",
    Array = "ARRAY",
    Audio = "AUDIO",
    AudioEncoder = "AUDIO_ENCODER",
    AudioEncoderOutput = "AUDIO_ENCODER_OUTPUT",
    AudioRecord = "AUDIO_RECORD",
    BackgroundRemoval = "BACKGROUND_REMOVAL",
    Bbox = "BBOX",
    BoundingBox = "BOUNDING_BOX",
    BoundingBoxes = "BOUNDING_BOXES",
    CameractrlPoses = "CAMERACTRL_POSES",
    Clip = "CLIP",
    Clipsegmodel = "CLIPSEGMODEL",
    ClipVision = "CLIP_VISION",
    ClipVisionOutput = "CLIP_VISION_OUTPUT",
    CnWeightsExtras = "CN_WEIGHTS_EXTRAS",
    Color = "COLOR",
    Colors = "COLORS",
    Compositor = "COMPOSITOR",
    Conditioning = "CONDITIONING",
    ControlNet = "CONTROL_NET",
    ControlNetWeights = "CONTROL_NET_WEIGHTS",
    Curve = "CURVE",
    Da3Geometry = "DA3_GEOMETRY",
    Da3Model = "DA3_MODEL",
    Dict = "DICT",
    ElevenlabsVoice = "ELEVENLABS_VOICE",
    FaceDetectionModel = "FACE_DETECTION_MODEL",
    FaceLandmarks = "FACE_LANDMARKS",
    File3d = "FILE_3D",
    File3dFbx = "FILE_3D_FBX",
    File3dGlb = "FILE_3D_GLB",
    File3dGltf = "FILE_3D_GLTF",
    File3dKsplat = "FILE_3D_KSPLAT",
    File3dObj = "FILE_3D_OBJ",
    File3dPly = "FILE_3D_PLY",
    File3dPointCloudAny = "FILE_3D_POINT_CLOUD_ANY",
    File3dSplat = "FILE_3D_SPLAT",
    File3dSplatAny = "FILE_3D_SPLAT_ANY",
    File3dSpz = "FILE_3D_SPZ",
    File3dStl = "FILE_3D_STL",
    File3dUsdz = "FILE_3D_USDZ",
    FishaudioVoice = "FISHAUDIO_VOICE",
    Floats = "FLOATS",
    GeminiInputFiles = "GEMINI_INPUT_FILES",
    Gligen = "GLIGEN",
    Guider = "GUIDER",
    Histogram = "HISTOGRAM",
    Hooks = "HOOKS",
    HookKeyframes = "HOOK_KEYFRAMES",
    IcLoraParameters = "IC_LORA_PARAMETERS",
    Image = "IMAGE",
    Imagecompare = "IMAGECOMPARE",
    Indexes = "INDEXES",
    InterpModel = "INTERP_MODEL",
    KreaStyleRef = "KREA_STYLE_REF",
    Latent = "LATENT",
    LatentOperation = "LATENT_OPERATION",
    LatentUpscaleModel = "LATENT_UPSCALE_MODEL",
    Layers = "LAYERS",
    Load3dCamera = "LOAD3D_CAMERA",
    Load3dModelInfo = "LOAD3D_MODEL_INFO",
    Load3d = "LOAD_3D",
    LoraModel = "LORA_MODEL",
    LossMap = "LOSS_MAP",
    LumaConcepts = "LUMA_CONCEPTS",
    LumaRay32Keyframe = "LUMA_RAY32_KEYFRAME",
    LumaRef = "LUMA_REF",
    Mask = "MASK",
    Mesh = "MESH",
    MeshyRiggedTaskId = "MESHY_RIGGED_TASK_ID",
    MeshyTaskId = "MESHY_TASK_ID",
    Model = "MODEL",
    ModelPatch = "MODEL_PATCH",
    ModelTaskId = "MODEL_TASK_ID",
    MogeGeometry = "MOGE_GEOMETRY",
    MogeModel = "MOGE_MODEL",
    Noise = "NOISE",
    NormalizedAmplitude = "NORMALIZED_AMPLITUDE",
    OpenaiChatConfig = "OPENAI_CHAT_CONFIG",
    OpenaiInputFiles = "OPENAI_INPUT_FILES",
    OpticalFlow = "OPTICAL_FLOW",
    Photomaker = "PHOTOMAKER",
    PixverseTemplate = "PIXVERSE_TEMPLATE",
    PoseKeypoint = "POSE_KEYPOINT",
    RecraftColor = "RECRAFT_COLOR",
    RecraftControls = "RECRAFT_CONTROLS",
    RecraftV3Style = "RECRAFT_V3_STYLE",
    RetargetTaskId = "RETARGET_TASK_ID",
    RigTaskId = "RIG_TASK_ID",
    RunwayAleph2Keyframe = "RUNWAY_ALEPH2_KEYFRAME",
    RunwayAleph2PromptImage = "RUNWAY_ALEPH2_PROMPT_IMAGE",
    Sam3TrackData = "SAM3_TRACK_DATA",
    Sampler = "SAMPLER",
    Selectedditblocks = "SELECTEDDITBLOCKS",
    ShapeSubdivides = "SHAPE_SUBDIVIDES",
    Sigmas = "SIGMAS",
    Splat = "SPLAT",
    StyleModel = "STYLE_MODEL",
    Svg = "SVG",
    Timer = "TIMER",
    TimestepsRange = "TIMESTEPS_RANGE",
    TimestepKeyframe = "TIMESTEP_KEYFRAME",
    Tracking = "TRACKING",
    Tracks = "TRACKS",
    UpscaleModel = "UPSCALE_MODEL",
    Vae = "VAE",
    VhsAudio = "VHS_AUDIO",
    VhsBatchManager = "VHS_BatchManager",
    VhsFilenames = "VHS_FILENAMES",
    VhsVideoinfo = "VHS_VIDEOINFO",
    Video = "VIDEO",
    Voxel = "VOXEL",
    WanCameraEmbedding = "WAN_CAMERA_EMBEDDING",
    Webcam = "WEBCAM",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{Catalog, Kind, OutputType};

    #[test]
    fn every_plain_type_of_the_built_in_catalog_is_here() {
        let catalog = Catalog::embedded();
        let mut missing = BTreeSet::new();
        let known = |ty: &str| KNOWN.iter().any(|(name, _)| *name == ty);
        for class in catalog.classes() {
            let inputs = class.inputs.settable().filter_map(|(_, input, _)| match &input.kind {
                Kind::Named(ty) => Some(ty),
                Kind::Match(matched) => Some(&matched.allowed),
                _ => None,
            });
            let outputs = class.outputs.iter().filter_map(|output| match &output.ty {
                OutputType::Named(ty) if output.template.is_none() => Some(ty),
                _ => None,
            });
            for member in inputs.chain(outputs).flat_map(crate::catalog::Type::members) {
                if !known(member) {
                    missing.insert(member.to_owned());
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn each_is_here_once() {
        let names: BTreeSet<_> = KNOWN.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), KNOWN.len());
    }
}
