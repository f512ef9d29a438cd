import pg from 'pg'

export { PATIENCE } from '../../../../src/platform/patient-client.ts'

/** Whoever was asked will answer, some day. */
export const patientClient = () => pg.Client
