//! One file a format. Each gets a finished report and a writer, and can change nothing.
