import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import { flag, list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { filtersOver } from './filter-paths.ts';
import { compileFilters, FILTERS } from './filters.ts';
import { permissionTo, type InventoryDeps } from './resource-listing.ts';
import { zonesOf, type Zone } from './zones.ts';

const OPERATION = 'DescribeAvailabilityZones';

const zoneShape = structure({
  OptInStatus: member('optInStatus', text),
  Messages: member('messageSet', list(structure({ Message: member('message', text) }))),
  RegionName: member('regionName', text),
  ZoneName: member('zoneName', text),
  ZoneId: member('zoneId', text),
  GroupName: member('groupName', text),
  NetworkBorderGroup: member('networkBorderGroup', text),
  ZoneType: member('zoneType', text),
  State: member('zoneState', text),
});

type ZoneDescription = ValueOf<typeof zoneShape>;

const FILTER_TABLE = filtersOver(
  zoneShape,
  {
    'group-name': 'GroupName',
    message: 'Messages.Message',
    'opt-in-status': 'OptInStatus',
    'region-name': 'RegionName',
    state: 'State',
    'zone-id': 'ZoneId',
    'zone-name': 'ZoneName',
    'zone-type': 'ZoneType',
  },
  null,
);

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html */
export function describeAvailabilityZonesOperation(
  deps: Pick<InventoryDeps, 'snapshot'>,
): Operation {
  return defineOperation({
    name: OPERATION,
    input: structure({
      DryRun: member('DryRun', flag),
      Filters: FILTERS,
      ZoneNames: member('ZoneName', list(text)),
      ZoneIds: member('ZoneId', list(text)),
      // There are no zones that one would have to opt in to.
      AllAvailabilityZones: member('AllAvailabilityZones', flag),
    }),
    output: structure({ AvailabilityZones: member('availabilityZoneInfo', list(zoneShape)) }),
    permissions: permissionTo(OPERATION),
    run: async (request, { caller }) => {
      if (request.DryRun === true) throw awsFaults.dryRun();
      const zones = [...zonesOf(deps.snapshot(), caller.region).values()];
      const { ZoneNames: names = [], ZoneIds: ids = [] } = request;
      checkKnown(names, new Set(zones.map((zone) => zone.zoneName)));
      checkKnown(ids, new Set(zones.map((zone) => zone.zoneId)));
      const described = zones
        .filter((zone) => names.length === 0 || names.includes(zone.zoneName))
        .filter((zone) => ids.length === 0 || ids.includes(zone.zoneId))
        .map(describeZone)
        .filter(compileFilters(request.Filters ?? [], FILTER_TABLE));
      return { AvailabilityZones: described };
    },
  });
}

function checkKnown(wanted: readonly string[], known: ReadonlySet<string>): void {
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  // Unverified: AWS's words for a zone that does not exist.
  const message = `Invalid availability zone(s): ${unknown.join(', ')}`;
  throw new AwsError('InvalidParameterValue', 400, message);
}

function describeZone({ region, zoneName, zoneId }: Zone): ZoneDescription {
  return {
    OptInStatus: 'opt-in-not-required',
    Messages: [],
    RegionName: region,
    ZoneName: zoneName,
    ZoneId: zoneId,
    GroupName: `${region}-zg-1`,
    NetworkBorderGroup: region,
    ZoneType: 'availability-zone',
    State: 'available',
  };
}
