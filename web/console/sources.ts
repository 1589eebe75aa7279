import type { Source, UnitKind } from '../design/documents'
import type { IconName } from '../design/icons'

export const SOURCE_ICON: Record<Source, IconName> = { camera: 'camera', case_feed: 'case', hotline: 'phone', public: 'code', patrol: 'people', revisit: 'return' }
export const KIND_ICON: Record<UnitKind, IconName> = { volunteer: 'person', vehicle: 'van', patrol: 'people', point: 'hut' }
