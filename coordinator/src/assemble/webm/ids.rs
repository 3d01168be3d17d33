//! The elements that are written, by their ids. What they mean is the format's to say.

/// The id of an element, its length marker included.
pub(super) type Id = u32;

pub(super) const EBML: Id = 0x1A45_DFA3;
pub(super) const EBML_VERSION: Id = 0x4286;
pub(super) const EBML_READ_VERSION: Id = 0x42F7;
pub(super) const EBML_MAX_ID_LENGTH: Id = 0x42F2;
pub(super) const EBML_MAX_SIZE_LENGTH: Id = 0x42F3;
pub(super) const DOC_TYPE: Id = 0x4282;
pub(super) const DOC_TYPE_VERSION: Id = 0x4287;
pub(super) const DOC_TYPE_READ_VERSION: Id = 0x4285;

pub(super) const SEGMENT: Id = 0x1853_8067;

pub(super) const SEEK_HEAD: Id = 0x114D_9B74;
pub(super) const SEEK: Id = 0x4DBB;
pub(super) const SEEK_ID: Id = 0x53AB;
pub(super) const SEEK_POSITION: Id = 0x53AC;

pub(super) const INFO: Id = 0x1549_A966;
pub(super) const TIMESTAMP_SCALE: Id = 0x002A_D7B1;
pub(super) const DURATION: Id = 0x4489;
pub(super) const DATE_UTC: Id = 0x4461;
pub(super) const TITLE: Id = 0x7BA9;
pub(super) const MUXING_APP: Id = 0x4D80;
pub(super) const WRITING_APP: Id = 0x5741;

pub(super) const TRACKS: Id = 0x1654_AE6B;
pub(super) const TRACK_ENTRY: Id = 0xAE;
pub(super) const TRACK_NUMBER: Id = 0xD7;
pub(super) const TRACK_UID: Id = 0x73C5;
pub(super) const TRACK_TYPE: Id = 0x83;
pub(super) const FLAG_LACING: Id = 0x9C;
pub(super) const LANGUAGE: Id = 0x0022_B59C;
pub(super) const CODEC_ID: Id = 0x86;
pub(super) const CODEC_PRIVATE: Id = 0x63A2;
pub(super) const CODEC_DELAY: Id = 0x56AA;
pub(super) const SEEK_PRE_ROLL: Id = 0x56BB;
pub(super) const DEFAULT_DURATION: Id = 0x0023_E383;

pub(super) const VIDEO: Id = 0xE0;
pub(super) const PIXEL_WIDTH: Id = 0xB0;
pub(super) const PIXEL_HEIGHT: Id = 0xBA;
pub(super) const COLOUR: Id = 0x55B0;
pub(super) const MATRIX_COEFFICIENTS: Id = 0x55B1;
pub(super) const RANGE: Id = 0x55B9;
pub(super) const TRANSFER_CHARACTERISTICS: Id = 0x55BA;
pub(super) const PRIMARIES: Id = 0x55BB;

pub(super) const AUDIO: Id = 0xE1;
pub(super) const SAMPLING_FREQUENCY: Id = 0xB5;
pub(super) const CHANNELS: Id = 0x9F;

pub(super) const CUES: Id = 0x1C53_BB6B;
pub(super) const CUE_POINT: Id = 0xBB;
pub(super) const CUE_TIME: Id = 0xB3;
pub(super) const CUE_TRACK_POSITIONS: Id = 0xB7;
pub(super) const CUE_TRACK: Id = 0xF7;
pub(super) const CUE_CLUSTER_POSITION: Id = 0xF1;

pub(super) const CLUSTER: Id = 0x1F43_B675;
pub(super) const TIMESTAMP: Id = 0xE7;
pub(super) const SIMPLE_BLOCK: Id = 0xA3;
pub(super) const BLOCK_GROUP: Id = 0xA0;
pub(super) const BLOCK: Id = 0xA1;
pub(super) const DISCARD_PADDING: Id = 0x75A2;
