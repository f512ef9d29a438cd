// Builds and tries what a release publishes: npm run release -- --help
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText } from '../src/core/errors.ts'
import { optionsOrExit } from './options-or-exit.ts'
import { commandsFor } from './release/commands.ts'
import { builtImages } from './release/compose-file.ts'
import { missingForRelease, pinnedFiles } from './release/missing.ts'
import { type Published, readPublished } from './release/published.ts'
import { ROOT } from './release/run.ts'
import type { Built } from './release/step.ts'
import { STEPS } from './release/steps.ts'

const NAMES = Object.keys(STEPS) as (keyof typeof STEPS)[]

const USAGE = `Usage: npm run release -- [OPTIONS]

Prints the commands that publish this version. If anything is missing, such as an address in
scripts/release/published.json, it lists that and exits 1.

  --dry-run       build everything that would be published into .release/, try each in an empty folder, print a table
  --only LIST     with --dry-run: only these, separated by commas: ${NAMES.join(', ')}
  --pin           write the digests and commits of scripts/release/published.json into the workflows, the Dockerfile
                  and the compose file
  --help          print this
`

function optionsFrom(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      'dry-run': { type: 'boolean', default: false },
      only: { type: 'string', default: NAMES.join(',') },
      pin: { type: 'boolean', default: false },
    },
  })
  const only = values.only.split(',')
  const unknown = only.find((name) => !NAMES.includes(name as keyof typeof STEPS))
  if (unknown !== undefined) throw new Error(`--only: "${unknown}" is not one of ${NAMES.join(', ')}`)
  return { ...values, only: NAMES.filter((name) => only.includes(name)) }
}

type Row = Omit<Built, 'bytes'> & { bytes?: number; seconds: number }

/** Builds everything. True if all of it worked. */
async function dryRun(version: string, published: Published, only: (keyof typeof STEPS)[]): Promise<boolean> {
  const out = join(ROOT, '.release')
  const rows: Row[] = []
  let worked = true
  for (const name of only) {
    process.stderr.write(`${name} …\n`)
    const begun = performance.now()
    const seconds = () => Math.round((performance.now() - begun) / 1000)
    try {
      const built = await STEPS[name]({ version, published, out })
      rows.push(...built.map((one) => ({ ...one, seconds: seconds() })))
    } catch (error) {
      worked = false
      process.stderr.write(`${errorText(error)}\n`)
      rows.push({ artefact: name, seconds: seconds(), tried: 'FAILED: the reason is above' })
    }
  }
  process.stdout.write(tableOf(rows))
  return worked
}

function tableOf(rows: Row[]): string {
  const size = (bytes?: number) => {
    if (bytes === undefined) return ''
    return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
  }
  const cells = [
    ['artefact', 'size', 'seconds', 'tried'],
    ...rows.map(({ artefact, bytes, seconds, tried }) => [artefact, size(bytes), String(seconds), tried]),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)))
  const line = ([artefact = '', bytes = '', seconds = '', tried = '']: string[]) =>
    `${artefact.padEnd(widths[0]!)}  ${bytes.padStart(widths[1]!)}  ${seconds.padStart(widths[2]!)}  ${tried}\n`
  return cells.map(line).join('')
}

async function run({ only, pin, ...options }: ReturnType<typeof optionsFrom>): Promise<boolean> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const published = readPublished()
  if (pin) {
    for (const { path, pinned } of pinnedFiles(published)) await writeFile(join(ROOT, path), pinned)
  } else if (options['dry-run']) return dryRun(version, published, only)
  else {
    const missing = await missingForRelease(version, published)
    if (missing.length > 0) {
      const list = missing.map((what) => `  ${what}\n`).join('')
      process.stderr.write(
        `release.incomplete: version ${version} cannot be published yet. Missing:\n${list}`,
      )
      return false
    }
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
    const suffixes = Object.values(builtImages(compose))
    process.stdout.write(commandsFor({ ...published, version, suffixes }))
  }
  return true
}

try {
  process.exit((await run(optionsOrExit(optionsFrom, USAGE))) ? 0 : 1)
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`)
  process.exit(1)
}
