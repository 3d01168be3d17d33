//! dev loop
use reelfarm_node::render::{self, *};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use wire::v1::*;
pub async fn serve(path: PathBuf) -> (String, Arc<std::sync::atomic::AtomicU64>) {
    let l = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v", l.local_addr().unwrap());
    let n = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let n2 = n.clone();
    tokio::spawn(async move {
        loop {
            let (mut s, _) = l.accept().await.unwrap();
            let path = path.clone();
            let n = n2.clone();
            tokio::spawn(async move {
                let mut buf = Vec::new();
                loop {
                    let mut b = [0u8; 4096];
                    while !buf.windows(4).any(|w| w == b"\r\n\r\n") {
                        let c = s.read(&mut b).await.unwrap_or(0);
                        if c == 0 {
                            return;
                        }
                        buf.extend_from_slice(&b[..c]);
                    }
                    let head = String::from_utf8_lossy(&buf).to_lowercase();
                    buf.clear();
                    let r = head.split("range: bytes=").nth(1).unwrap().split("\r\n").next().unwrap();
                    let (a, e) = r.split_once('-').unwrap();
                    let (a, e): (u64, u64) = (a.parse().unwrap(), e.parse().unwrap());
                    let mut f = tokio::fs::File::open(&path).await.unwrap();
                    f.seek(std::io::SeekFrom::Start(a)).await.unwrap();
                    let mut body = vec![0u8; (e - a + 1) as usize];
                    f.read_exact(&mut body).await.unwrap();
                    n.fetch_add(body.len() as u64, std::sync::atomic::Ordering::Relaxed);
                    let h = format!(
                        "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {a}-{e}/*\r\n\r\n",
                        body.len()
                    );
                    if s.write_all(h.as_bytes()).await.is_err() {
                        return;
                    }
                    if s.write_all(&body).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, n)
}
#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let cmd = args.next().unwrap();
    let limits = RenderLimits {
        child_program: std::env::var("NODE").unwrap_or("/tmp/w/render/bin/reelfarm-node".into()).into(),
        ..Default::default()
    };
    if cmd == "probe" {
        println!("{:#?}", render::probe(&limits).await);
        return;
    }
    if cmd == "picture" {
        let f = args.next().unwrap();
        let spans: Vec<(usize, usize)> = args
            .next()
            .unwrap()
            .split(',')
            .map(|s| {
                let (a, b) = s.split_once('-').unwrap();
                (a.parse().unwrap(), b.parse().unwrap())
            })
            .collect();
        let (w, h) = args
            .next()
            .map(|s| {
                let (a, b) = s.split_once('x').unwrap();
                (a.parse().unwrap(), b.parse().unwrap())
            })
            .unwrap_or((320, 240));
        let out = args.next().unwrap_or("/tmp/w/render/out".into());
        let (url, n) = serve(f.clone().into()).await;
        let size = std::fs::metadata(&f).unwrap().len();
        let dir = tempfile::tempdir().unwrap();
        let (p, _r) = tokio::sync::watch::channel(0);
        let id = render::probe(&limits).await.unwrap().encoders[0].identity.clone();
        let a = Attempt { work: Work::Index, source_url: url.clone(), source_bytes: size, scratch: dir.path().into() };
        let Ok(Rendered::Index(i)) = render::render(a, &limits, p.clone(), Default::default()).await else {
            panic!("index")
        };
        let pi = i.picture;
        let g = |k: &str, d: &str| std::env::var(k).unwrap_or(d.into());
        for (a, b) in spans {
            let t = std::time::Instant::now();
            let before = n.load(std::sync::atomic::Ordering::Relaxed);
            let b = if b == 0 { pi.frames.len() } else { b.min(pi.frames.len()) };
            let keep: Vec<i64> = pi.frames[a..b].iter().map(|f| f.pts).collect();
            let end = pi.frames.get(b).map_or(pi.end, |f| f.pts);
            let work = Work::Picture(PictureWork {
                track: Track { container: i.container.clone(), ordinal: pi.ordinal, codec: pi.codec.clone() },
                rate_num: pi.rate_num,
                rate_den: pi.rate_den,
                keep_pts: keep.clone(),
                end,
                recipe: PictureRecipe {
                    orientation: pi.orientation.clone(),
                    deinterlace: pi.interlaced,
                    width: w,
                    height: h,
                    frame_rate_num: pi.frame_rate_num,
                    frame_rate_den: pi.frame_rate_den,
                    encoder_family: "x264".into(),
                    encoder_identity: id.clone(),
                    crf: g("CRF", "23").parse().unwrap(),
                    speed: g("SPEED", "veryfast"),
                    max_bitrate_kbps: 4000,
                    vbv_ms: 2000,
                    key_interval_frames: 2 * pi.frame_rate_num / pi.frame_rate_den,
                    threads: g("THREADS", "2").parse().unwrap(),
                },
            });
            let at = Attempt { work, source_url: url.clone(), source_bytes: size, scratch: dir.path().into() };
            match render::render(at, &limits, p.clone(), Default::default()).await {
                Ok(Rendered::Part(part)) => {
                    let CodecConfig::H264(c) = &part.codec else { panic!() };
                    let bytes = std::fs::read(&part.payload).unwrap();
                    let mut annexb = Vec::new();
                    let mut o = 6;
                    let sl = u16::from_be_bytes([c.avcc[o], c.avcc[o + 1]]) as usize;
                    annexb.extend([0, 0, 0, 1]);
                    annexb.extend(&c.avcc[o + 2..o + 2 + sl]);
                    o += 2 + sl + 1;
                    let pl = u16::from_be_bytes([c.avcc[o], c.avcc[o + 1]]) as usize;
                    annexb.extend([0, 0, 0, 1]);
                    annexb.extend(&c.avcc[o + 2..o + 2 + pl]);
                    let mut q = 0;
                    while q < bytes.len() {
                        let l = u32::from_be_bytes(bytes[q..q + 4].try_into().unwrap()) as usize;
                        annexb.extend([0, 0, 0, 1]);
                        annexb.extend(&bytes[q + 4..q + 4 + l]);
                        q += 4 + l;
                    }
                    std::fs::write(format!("{out}.{a}.h264"), &annexb).unwrap();
                    let mut pts: Vec<i64> = part.frames.iter().map(|f| f.pts).collect();
                    pts.sort();
                    let want: Vec<i64> = keep.iter().map(|k| k - keep[0]).collect();
                    let dok = part.frames.iter().all(|f| f.dts <= f.pts)
                        && part.frames.windows(2).all(|w| w[0].dts < w[1].dts);
                    println!(
                        "{} {a}-{b}: OK {:.2}s n {} bytes {} read {} ptsok {} dtsok {dok} first dts {} keys {} {:?} {}x{} hash {}",
                        f.rsplit('/').next().unwrap(),
                        t.elapsed().as_secs_f32(),
                        part.frames.len(),
                        part.payload_bytes,
                        n.load(std::sync::atomic::Ordering::Relaxed) - before,
                        pts == want,
                        part.frames[0].dts,
                        part.frames.iter().filter(|f| f.key).count(),
                        c.colour,
                        c.width,
                        c.height,
                        part.payload_hash[..4].iter().map(|b| format!("{b:02x}")).collect::<String>()
                    );
                }
                Ok(_) => println!("??"),
                Err(e) => println!(
                    "{} {a}-{b}: ERR {:.2}s {:?} {} [{}]",
                    f.rsplit('/').next().unwrap(),
                    t.elapsed().as_secs_f32(),
                    e.class,
                    e.message,
                    e.detail.chars().take(300).collect::<String>()
                ),
            }
        }
        return;
    }
    let verbose = std::env::var("V").is_ok();
    for f in args.by_ref() {
        if f == "--" {
            break;
        }
        let t = std::time::Instant::now();
        let (url, n) = serve(f.clone().into()).await;
        let size = std::fs::metadata(&f).unwrap().len();
        let dir = tempfile::tempdir().unwrap();
        let (p, _r) = tokio::sync::watch::channel(0);
        let a = Attempt { work: Work::Index, source_url: url.clone(), source_bytes: size, scratch: dir.path().into() };
        let r = render::render(a, &limits, p.clone(), Default::default()).await;
        let name = f.rsplit('/').next().unwrap();
        match r {
            Ok(Rendered::Index(i)) => {
                let p = &i.picture;
                println!(
                    "{name}: OK {:.2}s read {} of {size} | {} #{} {}x{} par {}/{} {:?} il {} {}bit {:?} rate {}/{} fps {}/{} frames {} keys {} first {:?} last {:?} end {} dec {} | {:?} | {:?} {:?}",
                    t.elapsed().as_secs_f32(),
                    n.load(std::sync::atomic::Ordering::Relaxed),
                    p.codec,
                    p.ordinal,
                    p.width,
                    p.height,
                    p.pixel_aspect_num,
                    p.pixel_aspect_den,
                    p.orientation,
                    p.interlaced,
                    p.bit_depth,
                    p.colour,
                    p.rate_num,
                    p.rate_den,
                    p.frame_rate_num,
                    p.frame_rate_den,
                    p.frames.len(),
                    p.frames.iter().filter(|f| f.key).count(),
                    p.frames.first().map(|f| (f.pts, f.dts)),
                    p.frames.last().map(|f| f.pts),
                    p.end,
                    p.decoded,
                    i.sound,
                    i.created_at,
                    i.warnings
                );
                if verbose {
                    for f in &p.frames {
                        println!("F {} {} {} {}", f.pts, f.dts, f.size_bytes, u8::from(f.key));
                    }
                }
            }
            Ok(_) => println!("??"),
            Err(e) => println!(
                "{name}: ERR {:.2}s {:?} {} [{}]",
                t.elapsed().as_secs_f32(),
                e.class,
                e.message,
                e.detail.chars().take(300).collect::<String>()
            ),
        }
    }
}
