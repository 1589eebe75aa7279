/** The map's style: own borders, no tiles, no outside fonts. Colours come from the tokens of the theme in force. */
import type { GeoJSONSourceSpecification, StyleSpecification } from 'maplibre-gl'
import { token } from '../../design/theme'

export const FONT = 'Noto Sans SC Variable'
/** Below, the counts of the counties stand for them. */
export const VOLUNTEERS_FROM_ZOOM = 12
const source: GeoJSONSourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }

/** `labels`: size of county names in px; `size`: of symbols, 1 at a desk; `landOnly`: the wall draws names and incidents itself, in its own size. */
export function mapStyle(labels: number, landOnly = false, size = 1): StyleSpecification {
  const shown = landOnly ? 'none' : 'visible'
  return {
    version: 8,
    sources: {
      counties: source, centers: source, ring: source, points: source, cameras: source, counts: source, units: source, incidents: source,
    },
    layers: [
      { id: 'out', type: 'background', paint: { 'background-color': token('map-out') } },
      { id: 'land', type: 'fill', source: 'counties', paint: { 'fill-color': ['case', ['get', 'even'], token('map-land'), token('map-land-2')] } },
      { id: 'edge', type: 'line', source: 'counties', layout: { 'line-join': 'round' }, paint: { 'line-color': token('map-edge'), 'line-width': 1 } },
      { id: 'ring', type: 'line', source: 'ring', paint: { 'line-color': token('steel'), 'line-width': 1, 'line-dasharray': [4, 4] } },
      {
        id: 'points', type: 'symbol', source: 'points',
        layout: { visibility: shown, 'icon-size': size, 'icon-image': ['case', ['get', 'open'], 'point-open', 'point-closed'], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
      {
        id: 'cameras', type: 'symbol', source: 'cameras', maxzoom: 9.5,
        layout: { visibility: shown, 'icon-size': size, 'icon-image': ['case', ['get', 'blind'], 'camera-blind', 'camera'], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
      {
        id: 'cones', type: 'symbol', source: 'cameras', minzoom: 9.5,
        layout: {
          visibility: shown, 'icon-size': size, 'icon-image': ['case', ['get', 'blind'], 'camera-blind', 'camera-cone'], 'icon-rotate': ['case', ['get', 'blind'], 0, ['get', 'heading']],
          'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        },
      },
      {
        id: 'names', type: 'symbol', source: 'centers',
        layout: { visibility: shown, 'text-field': ['get', 'name'], 'text-font': [FONT], 'text-size': labels, 'text-letter-spacing': 0.08, 'text-allow-overlap': true, 'text-ignore-placement': true, 'text-max-width': 20 },
        paint: { 'text-color': token('map-label'), 'text-halo-color': token('map-land'), 'text-halo-width': 2 },
      },
      {
        id: 'counts', type: 'symbol', source: 'counts', maxzoom: 12,
        layout: { visibility: shown, 'icon-size': size, 'icon-image': ['get', 'image'], 'icon-offset': [0, 20], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
      {
        id: 'volunteers', type: 'symbol', source: 'units', minzoom: VOLUNTEERS_FROM_ZOOM, filter: ['!=', ['get', 'kind'], 'vehicle'],
        layout: { visibility: shown, 'icon-size': size, 'icon-image': 'volunteer', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
      {
        id: 'vehicles', type: 'symbol', source: 'units', filter: ['==', ['get', 'kind'], 'vehicle'],
        layout: { visibility: shown, 'icon-size': size, 'icon-image': ['get', 'image'], 'icon-anchor': 'top', 'icon-offset': [0, 1], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
      {
        id: 'incidents', type: 'symbol', source: 'incidents',
        layout: {
          visibility: shown, 'icon-size': size,
          'icon-image': ['get', 'image'], 'icon-anchor': 'bottom', 'icon-offset': [0, 6], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
          'symbol-sort-key': ['get', 'order'], 'symbol-z-order': 'source',
        },
      },
      {
        id: 'stacks', type: 'symbol', source: 'incidents', filter: ['!=', ['get', 'badge'], ''],
        layout: { visibility: shown, 'icon-size': size, 'icon-image': ['get', 'badge'], 'icon-offset': [13, -24], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
    ],
  }
}
