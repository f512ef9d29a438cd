import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
/** The wrapper scripts: of the Docker image, and of docs/recipes. */
const SCRIPTS = ['/usr/local/bin/daily-papers', '/usr/local/sbin/daily-papers']

/** The command line to type: `daily-papers …` if a wrapper script runs this very copy, else npm in its folder. */
export const cliCommand = (words: string, scripts: readonly string[] = SCRIPTS): string =>
  `${scripts.some(runsThisCopy) ? 'daily-papers' : 'npm run -s cli --'} ${words}`

function runsThisCopy(script: string): boolean {
  try {
    return readFileSync(script, 'utf8').includes(ROOT)
  } catch {
    return false
  }
}
