import type { Config, SettingFault } from '../../config/config.ts'
import { type Check, type CheckResult, combineResults, warning, wrong } from './check.ts'

/** One check per fault, or one for all settings. */
export function settingsChecks(config: Config, faults: SettingFault[]): Check[] {
  const results =
    faults.length === 0
      ? [checkReadSettings(config)]
      : [...faults.map(checkSetting), ...config.misspelt.map(misspelledSetting)]
  return results.map((result) => ({ check: 'settings', ...result }))
}

export const checkReadSettings = ({
  production,
  adjusted,
  misspelt,
}: Pick<Config, 'production' | 'adjusted' | 'misspelt'>): CheckResult =>
  combineResults(production ? 'complete, for production' : 'complete', [
    !production && warning('not for production: nothing is required', 'NODE_ENV=production'),
    ...adjusted.map((what) => warning(what, 'Set it in .env to what it counts as, or more.')),
    ...misspelt.map(misspelledSetting),
  ])

const misspelledSetting = (what: string): CheckResult =>
  warning(what, 'Correct its name as in .env.example, or remove it from .env.')

function checkSetting({ names, what }: SettingFault): CheckResult {
  const name = names.join(', ')
  const [fault, takes] = what.split(/(?:; )?takes /)
  if (!takes) return wrong(`${name}: ${what}`, 'Change it in .env, or in the environment of the service.')
  return wrong(`${name}: ${fault || 'not understood'}`, `${name} takes ${takes}`)
}
