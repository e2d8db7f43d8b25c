package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The key under which nodes tell their zone, and volumes where they can be attached.
const zoneKey = "topology.kubernetes.io/zone"

// controller is what AWS would do: it makes volumes and attaches them.
type controller struct {
	csi.UnimplementedControllerServer
	mutex sync.Mutex
	// Zones by node.
	nodes map[string]string
	// Zones by volume.
	volumes map[string]string
	// The node that has a volume, by volume.
	attached map[string]string
}

func newController(nodes, volumes map[string]string) *controller {
	return &controller{nodes: nodes, volumes: volumes, attached: map[string]string{}}
}

func (c *controller) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	response := &csi.ControllerGetCapabilitiesResponse{}
	for _, capability := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_PUBLISH_UNPUBLISH_VOLUME,
	} {
		rpc := &csi.ControllerServiceCapability_RPC{Type: capability}
		response.Capabilities = append(response.Capabilities, &csi.ControllerServiceCapability{Type: &csi.ControllerServiceCapability_Rpc{Rpc: rpc}})
	}
	return response, nil
}

func (c *controller) CreateVolume(_ context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	if err := checkParameters(request.GetParameters()); err != nil {
		return nil, err
	}
	if err := checkCapabilities(request.GetVolumeCapabilities()); err != nil {
		return nil, err
	}
	zone := zoneOf(request.GetAccessibilityRequirements())
	if zone == "" {
		return nil, status.Error(codes.InvalidArgument, "no zone is asked for")
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	// The same name is the same volume.
	id := fmt.Sprintf("vol-%x", sha256.Sum256([]byte(request.GetName())))[:len("vol-")+17]
	c.volumes[id] = zone
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:           id,
		CapacityBytes:      request.GetCapacityRange().GetRequiredBytes(),
		AccessibleTopology: []*csi.Topology{{Segments: map[string]string{zoneKey: zone}}},
	}}, nil
}

func (c *controller) DeleteVolume(_ context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.volumes, request.GetVolumeId())
	return &csi.DeleteVolumeResponse{}, nil
}

func (c *controller) ControllerPublishVolume(_ context.Context, request *csi.ControllerPublishVolumeRequest) (*csi.ControllerPublishVolumeResponse, error) {
	volume, node := request.GetVolumeId(), request.GetNodeId()
	if err := checkCapabilities([]*csi.VolumeCapability{request.GetVolumeCapability()}); err != nil {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	zone, known := c.volumes[volume]
	switch holder, taken := c.attached[volume]; {
	case !known:
		return nil, status.Errorf(codes.NotFound, "there is no volume %s", volume)
	case zone != c.nodes[node]:
		return nil, status.Errorf(codes.InvalidArgument, "volume %s in zone %s can't be attached to node %s in zone %s", volume, zone, node, c.nodes[node])
	case taken && holder != node:
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s is attached to node %s", volume, holder)
	}
	c.attached[volume] = node
	return &csi.ControllerPublishVolumeResponse{PublishContext: map[string]string{"devicePath": "/dev/xvdaa"}}, nil
}

func (c *controller) ControllerUnpublishVolume(_ context.Context, request *csi.ControllerUnpublishVolumeRequest) (*csi.ControllerUnpublishVolumeResponse, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.attached, request.GetVolumeId())
	return &csi.ControllerUnpublishVolumeResponse{}, nil
}

func (c *controller) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
		VolumeCapabilities: request.GetVolumeCapabilities(),
	}}, nil
}

// zoneOf picks the zone that is preferred, which is that of the node which the first pod comes to.
func zoneOf(requirement *csi.TopologyRequirement) string {
	for _, topology := range append(requirement.GetPreferred(), requirement.GetRequisite()...) {
		if zone := topology.GetSegments()[zoneKey]; zone != "" {
			return zone
		}
	}
	return ""
}
