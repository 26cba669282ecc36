fn main() {
    cleanclaim::embed_tmp(std::path::Path::new("data")).unwrap();
}
