// Writes docs/cli.md and docs/configuration.md from the program: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPage } from './docs/cli-page.ts'
import { configurationPage } from './docs/configuration-page.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'docs/cli.md'), await cliPage())
writeFileSync(
  join(root, 'docs/configuration.md'),
  configurationPage(readFileSync(join(root, '.env.example'), 'utf8')),
)
