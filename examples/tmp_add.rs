//! temporary
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    let f = cleanclaim::import::TablesFolder::open(&a[1]);
    let say = |s: &str| eprintln!("{:.2?} {s}", t.elapsed());
    let o = cleanclaim::import::AddOptions { progress: Some(&say), ..Default::default() };
    let r = f.add(&a[2..], &o);
    eprintln!("{:.2?}", t.elapsed());
    match r { Ok(r) => for a in r.added { eprintln!("{a:?}") }, Err(e) => eprintln!("{e}") }
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", s.lines().find(|l| l.starts_with("VmHWM")).unwrap());
    for e in f.list().unwrap() { eprintln!("{} {} {}..{} {:?} {}", e.name, e.edition, e.from, e.to, e.counts, e.bytes) }
    let t = std::time::Instant::now();
    let _ = cleanclaim::Tables::open(&a[1]).unwrap();
    eprintln!("open {:.2?}", t.elapsed());
}
