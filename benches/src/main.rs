mod figures;
mod record;
fn main() {}
