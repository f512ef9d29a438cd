import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const IN_IMAGE = '/usr/local/bin/daily-papers'
const WITH_SYSTEMD = '/usr/local/sbin/daily-papers'
/** The wrapper scripts: of the Docker image, and of docs/recipes. */
const SCRIPTS = [IN_IMAGE, WITH_SYSTEMD]

/** The command line to type: `daily-papers …` if a wrapper script runs this very copy, else npm in its folder. */
export const cliCommand = (words: string, scripts: readonly string[] = SCRIPTS): string =>
  `${scripts.some(runsThisCopy) ? 'daily-papers' : 'npm run -s cli --'} ${words}`

/** The command line that starts the service of this copy. */
export function startCommand(image = IN_IMAGE, systemd = WITH_SYSTEMD): string {
  // First: on some systems sbin is a link to bin.
  if (runsThisCopy(systemd)) return 'systemctl start daily-papers'
  return runsThisCopy(image) ? 'docker compose up -d' : 'npm start'
}

/** All of them, for a message about a service that may run in any way. */
export const START_COMMANDS = 'npm start, systemctl start daily-papers, or docker compose up -d'

function runsThisCopy(script: string): boolean {
  try {
    return readFileSync(script, 'utf8').includes(ROOT)
  } catch {
    return false
  }
}
