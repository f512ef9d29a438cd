// Runs a program with one of its files replaced: with-wrong-part.ts REAL WRONG PROGRAM [ARG …], paths from this
// repository's root. Hooks belong to a thread, so WRONG_PART names the files for bench/search-program.ts.
import { replaceFile, urlOf } from './replace-file.ts'

const [real = '', wrong = '', program = ''] = process.argv.splice(2, 3)
process.env.WRONG_PART = JSON.stringify({ real, wrong })
replaceFile({ real, wrong })
await import(urlOf(program))
