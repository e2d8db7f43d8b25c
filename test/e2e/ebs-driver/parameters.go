package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What the real driver documents: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md and tagging.md.
// Keys are taken in any case. An empty list stands for any text.
var documented = map[string][]string{
	"type":                             {"io1", "io2", "gp2", "gp3", "sc1", "st1", "standard", "sbp1", "sbg1"},
	"iopspergb":                        {},
	"allowautoiopspergbincrease":       {"true", "false"},
	"iops":                             {},
	"throughput":                       {},
	"encrypted":                        {"true", "false"},
	"blockexpress":                     {"true", "false"},
	"kmskeyid":                         {},
	"blocksize":                        {},
	"csi.storage.k8s.io/pvc/name":      {},
	"csi.storage.k8s.io/pvc/namespace": {},
	"csi.storage.k8s.io/pv/name":       {},
}

// The file system comes as a capability: the provisioner takes it out of the parameters.
var fileSystems = []string{"xfs", "ext2", "ext3", "ext4"}

func checkParameters(parameters map[string]string) error {
	for key, value := range parameters {
		lower := strings.ToLower(key)
		if strings.HasPrefix(lower, "tagspecification_") {
			if tag, _, ok := strings.Cut(value, "="); !ok || tag == "" {
				return status.Errorf(codes.InvalidArgument, "parameter %s must be KEY=VALUE, got %q", key, value)
			}
			continue
		}
		values, known := documented[lower]
		if !known {
			return status.Errorf(codes.InvalidArgument, "there is no parameter %s", key)
		}
		if len(values) > 0 && !slices.Contains(values, value) {
			return status.Errorf(codes.InvalidArgument, "parameter %s must be one of %v, got %q", key, values, value)
		}
		if lower == "iops" || lower == "throughput" {
			if number, err := strconv.Atoi(value); err != nil || number < 1 {
				return status.Errorf(codes.InvalidArgument, "parameter %s must be a number, got %q", key, value)
			}
		}
	}
	return nil
}

func checkCapabilities(capabilities []*csi.VolumeCapability) error {
	for _, capability := range capabilities {
		if mode := capability.GetAccessMode().GetMode(); mode != csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER {
			return status.Errorf(codes.InvalidArgument, "a volume is attached to one node at a time, got %s", mode)
		}
		if fs := capability.GetMount().GetFsType(); !slices.Contains(fileSystems, fs) {
			return status.Errorf(codes.InvalidArgument, "the file system must be one of %v, got %q", fileSystems, fs)
		}
	}
	return nil
}
