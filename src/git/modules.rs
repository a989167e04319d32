//! Where submodules come from.

use gix::bstr::ByteSlice as _;

/// The addresses that a `.gitmodules` names; of one that cannot be read, the lines that speak of addresses.
#[must_use]
pub fn submodule_urls(content: &[u8]) -> Vec<Vec<u8>> {
    let is_url = |line: &&[u8]| line.trim_ascii_start().to_ascii_lowercase().starts_with(b"url");
    let lines: Vec<_> = content.split(|byte| *byte == b'\n').filter(is_url).map(<[u8]>::to_vec).collect();
    let meta = gix::config::file::Metadata::from(gix::config::Source::Local);
    match gix::config::File::from_bytes_owned(&mut content.to_vec(), meta, gix::config::file::init::Options::default())
    {
        Ok(config) => {
            let sections = config.sections_by_name("submodule").into_iter().flatten();
            let urls = sections.flat_map(|section| section.values("url"));
            urls.map(|url| url.as_bytes().to_vec()).collect()
        }
        Err(_) => lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_any_gitmodules() {
        let urls = |text: &str| submodule_urls(text.as_bytes());
        assert_eq!(
            urls("[submodule \"a\"]\n\tpath = a\n\tURL = https://x/\n\turl = y\n"),
            [b"https://x/".to_vec(), b"y".to_vec()]
        );
        assert_eq!(urls("[submodule \"a\nurl = z\n"), [b"url = z".to_vec()], "it does not begin as an address does");
        assert!(urls("").is_empty());
    }
}
