/** The leaf room: readers, writers and checksums that know no message and no dialect. */
export {};
