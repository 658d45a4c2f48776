//! Recordings: files and standard input as frames, unpacked, stamped and merged by time.
