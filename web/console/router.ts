import { createRouter, createWebHistory, type Router } from 'vue-router'
import { me, resume } from '../design/session'
import CommandRoom from './command/CommandRoom.vue'
import LoginView from './LoginView.vue'

/** The six rooms in the order of the top bar and of G 1–6. */
export const ROOMS = ['command', 'patrol', 'cases', 'forces', 'plans', 'replay'] as const

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [
      { path: '/console/login', name: 'login', component: LoginView },
      { path: '/console', name: 'command', component: CommandRoom },
      { path: '/console/patrol', name: 'patrol', component: () => import('./rooms/PatrolRoom.vue') },
      { path: '/console/cases', name: 'cases', component: () => import('./rooms/CasesRoom.vue') },
      { path: '/console/forces', name: 'forces', component: () => import('./rooms/ForcesRoom.vue') },
      { path: '/console/plans', name: 'plans', component: () => import('./rooms/PlansRoom.vue') },
      { path: '/console/replay', name: 'replay', component: () => import('./rooms/ReplayRoom.vue') },
      { path: '/wall', name: 'wall', component: () => import('./wall/WallView.vue') },
      { path: '/:rest(.*)', redirect: '/console' },
    ],
  })
  router.beforeEach(async (to) => {
    if (to.name === 'login' || me.value) return true
    const who = await resume().catch(() => null)
    return who ? true : { name: 'login', query: to.name === 'command' ? {} : { to: to.fullPath } }
  })
  return router
}
