//! The same order gives the same bytes: on however many slots and nodes, in whatever order the parts are rendered, and
//! when a node dies over one and it is rendered again. In every container.

use std::fs;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::{Farm, Role};
use reelfarm_tests::format::Format;
use reelfarm_tests::patience::eventually;
use reelfarm_tests::source::{Source, gallery};

/// A part of the export is there while others are being rendered.
const UNDER_WAY_WITHIN: Duration = Duration::from_mins(1);

#[test]
fn the_same_order_gives_the_same_bytes_on_every_farm() {
    let folder = tempfile::tempdir().expect("a folder for the source");
    let source = Source::make(gallery::ordinary(), folder.path()).expect("a source");

    let one_after_the_other = on(Farm::with_slots(1), &source, Stand::export);
    let many_at_once = on(Farm::with_slots(4).joined_by_a_node(2), &source, Stand::export);
    assert_eq!(many_at_once, one_after_the_other, "six slots on two nodes against one slot");
    let backwards = on(Farm::with_slots(2), &source, Stand::export_last_to_first);
    assert_eq!(backwards, one_after_the_other, "parts rendered last to first, for other exports");
    let killed = on(Farm::with_slots(2), &source, Stand::export_over_a_dead_node);
    assert_eq!(killed, one_after_the_other, "a node that died over some of the parts");
}

/// What the export of a fixed list is in each container: its SHA-256.
type Digests = Vec<(Format, String)>;

fn on(farm: Farm, source: &Source, export: impl Fn(&Stand, &CutList) -> String) -> Digests {
    let stand = Stand { video: farm.api().upload(&source.path), farm };
    let digests = Format::MADE.iter().map(|&format| (format, export(&stand, &list(format))));
    let digests = digests.collect();
    stand.farm.stop();
    digests
}

/// Grid lines lie at 4, 8 and 12 s: about eight parts of picture, not in the order of the source, and sound.
fn list(format: Format) -> CutList {
    let cuts = [(7_000_000, 13_480_000), (1_000_000, 1_040_000), (2_520_000, 8_600_000), (15_000_000, 16_000_000)];
    let cuts = cuts.map(|(start, end)| Cut { start, end }).to_vec();
    CutList { format, normalize: true, ..CutList::combined(cuts) }
}

/// A farm that holds the source.
struct Stand {
    farm: Farm,
    video: String,
}

impl Stand {
    fn export(&self, list: &CutList) -> String {
        self.digest(&self.order_anew(list))
    }

    /// Orders an export that renders all its parts, also those that another container has in common with it.
    fn order_anew(&self, list: &CutList) -> String {
        let mut body = list.body();
        body["reuse_parts"] = false.into();
        self.farm.api().order(&self.video, &body)
    }

    /// Renders every segment for an export of its own, the last one first; the export then finds its picture there.
    fn export_last_to_first(&self, list: &CutList) -> String {
        for cut in list.cuts.iter().rev() {
            let alone = CutList { format: list.format, ..CutList::combined(vec![*cut]) };
            let export = self.farm.api().order(&self.video, &alone.body());
            assert_eq!(self.farm.api().wait(&export)["status"], "completed");
        }
        let export = self.farm.api().order(&self.video, &list.body());
        let digest = self.digest(&export);
        let picture = self.farm.ledger().tasks(&export).into_iter().filter(|task| task.kind == "picture");
        assert!(picture.into_iter().all(|task| task.reused), "the segments' parts are the export's");
        digest
    }

    /// Kills the node while it renders, so that some parts are made by a second attempt.
    fn export_over_a_dead_node(&self, list: &CutList) -> String {
        let export = self.order_anew(list);
        let ledger = self.farm.ledger();
        eventually("a part while others are rendered", UNDER_WAY_WITHIN, || {
            let tasks = ledger.tasks(&export);
            let any = |state: &str| tasks.iter().any(|task| task.state == state);
            (any("done") && any("leased")).then_some(())
        });
        self.farm.kill(Role::Node);
        let digest = self.digest(&export);
        let tasks = ledger.tasks(&export);
        assert!(tasks.iter().any(|task| task.epoch > 1), "no attempt was repeated: {tasks:#?}");
        digest
    }

    fn digest(&self, export: &str) -> String {
        let file = self.farm.desk().join(export);
        self.farm.api().fetch(export, None, &file);
        hex::encode(Sha256::digest(fs::read(file).expect("a fetched file")))
    }
}
