import { configureGlobal } from 'fast-check'

// The same inputs on every machine, so that a red run can be repeated; FUZZ_SEED=N looks elsewhere.
configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_261_124) })
