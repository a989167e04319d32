//! Has git sign a statement with the key and the program that its user has configured.

use super::{GitError, Kind, Oid, Repo};

impl Repo {
    /// The headers of a commit without parents and files, whose message is `message` and which git has signed. No ref leads to it, so it goes
    /// when git tidies up.
    ///
    /// # Errors
    /// When git cannot sign, as where no key is configured.
    pub fn sign(&self, message: &str) -> Result<String, GitError> {
        let tree = gix::ObjectId::empty_tree(self.layout.hash).to_string();
        let args = ["commit-tree", "-S", tree.as_str()];
        let hex = self.git.stream(&args, message.as_bytes(), |mut output| {
            let mut hex = String::new();
            std::io::Read::read_to_string(&mut output, &mut hex).map_err(GitError::NoGit)?;
            Ok(hex)
        })?;
        let oid = Oid::from_hex(hex.trim())?;
        let (kind, raw) = self.objects().object(oid)?;
        let text = String::from_utf8(raw).ok().filter(|_| kind == Kind::Commit);
        let headers = text.as_deref().and_then(|text| text.split_once("\n\n")).filter(|(_, said)| *said == message);
        let odd = || GitError::Corrupt { oid, reason: "the commit that was signed says something else".to_owned() };
        headers.map(|(headers, _)| headers.to_owned()).ok_or_else(odd)
    }
}
