import { walkAsNewcomer } from '../support/newcomer.ts'

walkAsNewcomer({ scripts: true })
