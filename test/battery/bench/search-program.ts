// The program of the search thread, with the wrong part of the process if that has one.
import { replaceFile } from './replace-file.ts'

const { WRONG_PART } = process.env
if (WRONG_PART) replaceFile(JSON.parse(WRONG_PART))
const { default: runJob } = await import('../../../src/service/search-program.ts')
export default runJob
