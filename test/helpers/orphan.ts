// A worker ends with vitest: when vitest is killed, it would go on for ever, and take a whole processor.
// Imported once in each worker, while the set-up runs for every file.
process.once('disconnect', () => process.exit());
