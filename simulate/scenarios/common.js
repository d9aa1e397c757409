'use strict'

/** The fleet that the smaller scenarios start from: 200 connections a server. */
const fleet = {
  servers: 100,
  clients: 1000,
  pool: 20,
  interval: 1,
  lifetime: 'exponential',
  mean: 600
}

const policies = ['lowest', 'two', 'random']

/** Every combination of the lists, as objects. */
function product (lists) {
  return Object.entries(lists).reduce(
    (all, [name, values]) => all.flatMap(one => values.map(value => ({ ...one, [name]: value }))),
    [{}]
  )
}

module.exports = { fleet, policies, product }
