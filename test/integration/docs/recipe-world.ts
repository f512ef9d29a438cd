import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins } from '@citation-js/core'
import '@citation-js/plugin-bibtex'
import '@citation-js/plugin-ris'
import { beforeAll, beforeEach } from 'vitest'
import { type TestSite, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

/** The site that the page names. */
export const EXAMPLE = 'https://papers.example.org'
/** Of the paper that the page's searches find. */
export const TITLE = 'A Systematic Analysis of Hybrid Linear Attention'

export interface RecipeWorld {
  readonly site: TestSite
  /** A folder of the test, in which scripts run. */
  readonly folder: string
  /** A text of the page with the test's server in place of the example. */
  atTest(text: string): string
  /** Runs a script and returns its output; throws with its errors. */
  bash(script: string, settings?: Record<string, string>, cwd?: string): Promise<string>
  /** The arguments of each `npm run -s cli --` in a script, as the shell splits them. `date` prints the day of the test's clock. */
  commandsIn(script: string): Promise<string[][]>
  contentOf(name: string): string
  /** What citation-js reads in a file. */
  citationsIn(name: string, format: '@ris/file' | '@bibtex/text'): { title: string }[]
}

/** What is done with each block of a recipe, in order: a function that runs it, or the reason why nothing can. */
export type Checks = Record<string, readonly (Check | string)[]>

/** `skip` ends the test as skipped, for a reason that is printed. */
type Check = (block: string, skip: (reason: string) => void) => Promise<void>

/** A site with papers that listens, and a shell. */
export function useRecipeWorld(): RecipeWorld {
  const site = useSite({ BASE_URL: EXAMPLE })
  let address: string
  let folder: string
  beforeAll(async () => {
    address = await site.app.listen({ host: '127.0.0.1', port: 0 })
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'integrations-'))
    await addPapers(site.db)
    await site.app.papers.refresh()
  })
  const bash: RecipeWorld['bash'] = (script, settings = {}, cwd = folder) =>
    new Promise((done, failed) => {
      const env = { PATH: process.env.PATH, HOME: folder, ...settings }
      execFile('bash', ['-euo', 'pipefail', '-c', script], { cwd, env }, (error, stdout, stderr) =>
        error ? failed(new Error(`${script}\n${stderr}`)) : done(stdout),
      )
    })
  const contentOf = (name: string) => readFileSync(join(folder, name), 'utf8')
  return {
    site,
    get folder() {
      return folder
    },
    bash,
    contentOf,
    atTest: (text) => text.replaceAll(EXAMPLE, address),
    commandsIn: async (script) => {
      const day = site.clock.now().toISOString().slice(0, 10)
      const shell = `npm() { shift 4; printf '%s\\0' "$@"; echo; }\ndate() { echo ${day}; }\n`
      return linesOf(await bash(shell + script)).map((line) => line.split('\0').slice(0, -1))
    },
    citationsIn: (name, forceType) =>
      plugins.input.chain(contentOf(name), { forceType, generateGraph: false }) as { title: string }[],
  }
}

export const linesOf = (text: string): string[] => text.trim().split('\n')

export const titlesOf = (all: readonly { title?: string }[] = []) => all.map(({ title }) => title)

/** The check, if the program is there; otherwise prints that it was not run. */
export const withProgram =
  (program: string, check: Check): Check =>
  async (block, skip) => {
    if (spawnSync('which', [program]).status === 0) return check(block, skip)
    const reason = `docs/integrations.md: not run, as there is no ${program}: ${linesOf(block)[0]}`
    console.log(reason)
    skip(reason)
  }
