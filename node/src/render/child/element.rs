//! The source as a GStreamer element: pull mode, random access, every byte from the parent.
//! Opens nothing itself.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer_base::prelude::*;
use gstreamer_base::subclass::prelude::*;

use super::reader::SourceReader;

mod imp {
    use std::sync::{Arc, LazyLock, OnceLock};

    use gstreamer_base::subclass::base_src::CreateSuccess;

    use super::{
        BaseSrcImpl, ElementImpl, GstObjectImpl, ObjectImpl, ObjectSubclass, ObjectSubclassExt, SourceReader, glib, gst,
    };

    #[derive(Debug, Default)]
    pub struct ParentSource {
        pub reader: OnceLock<Arc<SourceReader>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ParentSource {
        const NAME: &'static str = "ReelfarmParentSource";
        type Type = super::ParentSource;
        type ParentType = gstreamer_base::BaseSrc;
    }

    impl ObjectImpl for ParentSource {}
    impl GstObjectImpl for ParentSource {}

    impl ElementImpl for ParentSource {
        fn pad_templates() -> &'static [gst::PadTemplate] {
            static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
                let caps = gst::Caps::new_any();
                let template = gst::PadTemplate::new("src", gst::PadDirection::Src, gst::PadPresence::Always, &caps);
                vec![template.expect("a pad template of any caps is valid")]
            });
            &TEMPLATES
        }
    }

    impl BaseSrcImpl for ParentSource {
        fn is_seekable(&self) -> bool {
            true
        }

        fn size(&self) -> Option<u64> {
            self.reader.get().map(|reader| reader.size())
        }

        fn create(
            &self,
            offset: u64,
            _buffer: Option<&mut gst::BufferRef>,
            length: u32,
        ) -> Result<CreateSuccess, gst::FlowError> {
            let reader = self.reader.get().ok_or(gst::FlowError::Error)?;
            match reader.region(offset, u64::from(length)) {
                Ok(buffer) if buffer.size() == 0 => Err(gst::FlowError::Eos),
                Ok(buffer) => Ok(CreateSuccess::NewBuffer(buffer)),
                Err(error) => {
                    gst::element_imp_error!(self, gst::ResourceError::Read, ["failed to read the source: {error}"]);
                    Err(gst::FlowError::Error)
                }
            }
        }
    }
}

glib::wrapper! {
    /// The head of every decoding pipeline.
    pub struct ParentSource(ObjectSubclass<imp::ParentSource>) @extends gstreamer_base::BaseSrc, gst::Element, gst::Object;
}

impl ParentSource {
    /// An element that reads from `reader`.
    #[must_use]
    pub fn new(reader: Arc<SourceReader>) -> ParentSource {
        let element: ParentSource = glib::Object::new();
        element.set_format(gst::Format::Bytes);
        element.imp().reader.set(reader).expect("the element was made a line above");
        element
    }
}
