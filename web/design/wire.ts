/** What comes over HTTP and the socket where it differs from the stored documents (docs/api.md). */
import type {
  ActivePlan, AssignmentDocument, Candidate, FeedEntry, IncidentDocument, Posture, Role, ShortfallCount, Skill, UnitDocument, Urgency, IncidentState,
  CameraDocument, PlanDocument, PointDocument, TallyDocument,
} from './documents'

export interface Me {
  account: string
  username: string
  role: Role
  area: string
  area_name: string | { zh: string; en: string }
  unit: string | null
  point: string | null
  display_name: string
  jurisdictions: string[]
  simulated: boolean
  /** Where phones connect to when it is not where the page came from. */
  phones_port?: number | null
}

export interface Session {
  access_token: string
  expires_at_ms: number
  me: Me
}

export interface City {
  name: { zh: string; en: string }
  code: string
  jurisdictions: { code: string; name: { zh: string; en: string }; kind: 'city' | 'county' }[]
  bounds: [number, number, number, number]
  demo: boolean
  datum: string
}

/** A unit as the console sees it: the name masked, or opened for oneself. */
export type WireUnit = Omit<UnitDocument, 'name' | 'phone'> & { name: string | null; phone?: string | null; masked_name?: string | null }
export type WireIncident = Omit<IncidentDocument, 'description' | 'reporter'> & {
  description: string | null
  reporter: string | null
}
export type RankedCandidate = Candidate & { label?: string; masked_name?: string | null }

export interface Recommendation {
  incident: string
  version: number
  quota: number
  wanted: number
  radius_m: number | null
  candidates: RankedCandidate[]
  shortfalls: ShortfallCount[]
}

export interface Snapshot {
  incident: WireIncident[]
  unit: WireUnit[]
  point: PointDocument[]
  camera: CameraDocument[]
  plan: PlanDocument[]
  tally: TallyDocument[]
}

export interface Room {
  sequence: number
  epoch?: string
  snapshot?: Record<string, { id: string }[]>
  changes?: FeedEntry[]
}

export interface JoinAck {
  ok: boolean
  code?: string
  what_to_do?: string
  epoch?: string
  now_ms?: number
  rooms?: Record<string, Room>
}

export interface Fix {
  unit: string
  lat_wgs84: number
  lon_wgs84: number
  at_ms: number
}

export interface DutyPerson {
  role: Role
  masked_name: string
  account: string
  simulated: boolean
}

export interface Heartbeat {
  at_ms: number
  epoch: string
  rooms: Record<string, { sequence: number; age_ms: number }>
  parts: Record<string, 'ok' | 'away'>
  duty: DutyPerson[]
}

export type FieldTask = AssignmentDocument & {
  incident: string
  number: string
  urgency: Urgency
  place_name: string
  area: string
  lat_wgs84: number
  lon_wgs84: number
  approximate: boolean
  people: number
  posture: Posture
  minor: boolean
  needs: Skill[]
  picture: string | null
  quota: number
  companions: number
  description: string | null
  plan_headline: string
  points: { id: string; name: string; lat_wgs84: number; lon_wgs84: number; beds_free: number }[]
  incident_state: IncidentState
  simulated: boolean
}
export type FieldMe = WireUnit
/** A plan in force where the unit is at home. */
export type FieldPlan = ActivePlan & { id: string }
