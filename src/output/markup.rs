//! Text between tags and in attributes of HTML and XML: the one way in which anything gets there.

use std::fmt;

use crate::output::words::clean;

/// A text that shows itself on the page and is nothing else there: no markup, no character that turns the text around it.
pub(super) struct Text<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in clean(self.0.as_ref()).chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // No XML may hold these, not even escaped (XML 1.0, Char).
                '\u{FFFE}' | '\u{FFFF}' => f.write_str("\u{FFFD}")?,
                // Some browsers have taken it for a quote.
                '`' => f.write_str("&#96;")?,
                _ => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let text = Text("<b a='\"`'>&amp;]]>\u{0}\u{1b}\u{85}\u{202E}\t\n").to_string();
        let expected = "&lt;b a=&#39;&quot;&#96;&#39;&gt;&amp;amp;]]&gt;\\u{0}\\u{1b}\\u{85}\\u{202e} \\n";
        assert_eq!(text, expected);
    }
}
