//! Finished files under checkers that are not ours: none has anything against any container, and all of them together
//! notice when one is damaged.

use std::fs;

use reelfarm_tests::checkers;
use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::Farm;
use reelfarm_tests::format::Format;
use reelfarm_tests::source::{Source, gallery};

#[test]
fn no_checker_finds_fault_with_any_container() {
    let farm = Farm::start();
    let source = Source::make(gallery::uneven(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    // A single frame, a range over a joint of parts, and one that ends with the source.
    let cuts = [(2_000_000, 2_010_000), (3_000_000, 6_000_000), (9_000_000, 10_000_000)];
    let cuts = cuts.map(|(start, end)| Cut { start, end }).to_vec();
    for &format in Format::MADE {
        let list = CutList { format, ..CutList::combined(cuts.clone()) };
        let file = farm.desk().join(format!("whole.{}", format.as_str()));
        farm.api().fetch(&farm.api().order(&video, &list.body()), None, &file);
        assert_eq!(checkers::complaints(&file), Vec::<String>::new(), "{}", format.as_str());

        // A checker that never complains would prove nothing.
        let bytes = fs::read(&file).expect("a fetched file");
        let cut_off = farm.desk().join(format!("cut-off.{}", format.as_str()));
        fs::write(&cut_off, &bytes[..bytes.len() * 2 / 3]).expect("a damaged file");
        let complaints = checkers::complaints(&cut_off);
        assert!(complaints.iter().any(|said| said.starts_with("mediainfo: ")), "{complaints:#?}");
        assert!(complaints.len() >= 2, "{complaints:#?}");
    }
    farm.stop();
}
