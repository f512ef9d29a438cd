// npm run docs
// Writes docs/cli.md and docs/configuration.md from the commands and from .env.example.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cliPage } from './docs/cli-page.ts'
import { configurationPage } from './docs/configuration-page.ts'
import { optionsOrExit } from './options-or-exit.ts'

optionsOrExit((args) => parseArgs({ args }))
const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'docs/cli.md'), await cliPage())
writeFileSync(
  join(root, 'docs/configuration.md'),
  configurationPage(readFileSync(join(root, '.env.example'), 'utf8')),
)
