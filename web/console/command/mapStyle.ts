/**
 * The style of the map's ground: own borders, no tiles, no outside fonts. Colours come from the tokens of the theme in force.
 * Whatever changes while the map stands still is drawn above it (mapMarks.ts): on a desk without a graphics card each redrawing of the ground costs a fifth of a second.
 */
import type { GeoJSONSourceSpecification, StyleSpecification } from 'maplibre-gl'
import { token } from '../../design/theme'

const source: GeoJSONSourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }

export function mapStyle(): StyleSpecification {
  return {
    version: 8,
    sources: { counties: source },
    layers: [
      { id: 'out', type: 'background', paint: { 'background-color': token('map-out') } },
      { id: 'land', type: 'fill', source: 'counties', paint: { 'fill-color': ['case', ['get', 'even'], token('map-land'), token('map-land-2')] } },
      { id: 'edge', type: 'line', source: 'counties', layout: { 'line-join': 'round' }, paint: { 'line-color': token('map-edge'), 'line-width': 1 } },
    ],
  }
}
