package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Where the node keeps the volumes of its zone, each a folder.
const disks = "/disks"

type node struct {
	csi.UnimplementedNodeServer
	name string
	zone string
}

func (n *node) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{
		NodeId:             n.name,
		MaxVolumesPerNode:  25,
		AccessibleTopology: &csi.Topology{Segments: map[string]string{zoneKey: n.zone}},
	}, nil
}

func (n *node) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	rpc := &csi.NodeServiceCapability_RPC{Type: csi.NodeServiceCapability_RPC_STAGE_UNSTAGE_VOLUME}
	return &csi.NodeGetCapabilitiesResponse{Capabilities: []*csi.NodeServiceCapability{{Type: &csi.NodeServiceCapability_Rpc{Rpc: rpc}}}}, nil
}

func (n *node) NodeStageVolume(_ context.Context, request *csi.NodeStageVolumeRequest) (*csi.NodeStageVolumeResponse, error) {
	if request.GetPublishContext()["devicePath"] == "" {
		return nil, status.Error(codes.InvalidArgument, "the volume was not attached")
	}
	disk := filepath.Join(disks, filepath.Base(request.GetVolumeId()))
	if err := os.MkdirAll(disk, 0o755); err != nil {
		return nil, err
	}
	return &csi.NodeStageVolumeResponse{}, bind(disk, request.GetStagingTargetPath(), false)
}

func (n *node) NodeUnstageVolume(_ context.Context, request *csi.NodeUnstageVolumeRequest) (*csi.NodeUnstageVolumeResponse, error) {
	return &csi.NodeUnstageVolumeResponse{}, unbind(request.GetStagingTargetPath())
}

func (n *node) NodePublishVolume(_ context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	return &csi.NodePublishVolumeResponse{}, bind(request.GetStagingTargetPath(), request.GetTargetPath(), request.GetReadonly())
}

func (n *node) NodeUnpublishVolume(_ context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	return &csi.NodeUnpublishVolumeResponse{}, unbind(request.GetTargetPath())
}

// bind shows a folder at a second place. Asked again, it leaves things as they are.
func bind(source, target string, readOnly bool) error {
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	if mounted(target) {
		return nil
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	if readOnly {
		return unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
	}
	return nil
}

func unbind(target string) error {
	if err := unix.Unmount(target, 0); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return err
	}
	if err := os.Remove(target); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// mounted tells whether something is mounted at a folder: not by its device, as a bind mount has that of its surroundings.
func mounted(folder string) bool {
	var own, above unix.Statx_t
	mask := unix.STATX_MNT_ID
	if unix.Statx(unix.AT_FDCWD, folder, 0, mask, &own) != nil || unix.Statx(unix.AT_FDCWD, filepath.Dir(folder), 0, mask, &above) != nil {
		return false
	}
	return own.Mnt_id != above.Mnt_id
}
